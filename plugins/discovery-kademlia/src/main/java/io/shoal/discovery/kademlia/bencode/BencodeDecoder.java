package io.shoal.discovery.kademlia.bencode;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads one bencoded value that fills its input exactly.
///
/// [#strict] takes the canonical form alone. [#lenient] also takes what nodes in the field send:
/// keys out of order, leading zeros, minus zero. Neither takes a key twice: two readers would see
/// two messages.
public final class BencodeDecoder {
  /// KRPC nests 4 deep and stored values little more; the bound keeps recursion far from the end of
  /// the stack.
  static final int MAX_DEPTH = 32;

  /// 2^64 has 20 digits, and nothing in the protocol is larger; parsing more digits costs time that
  /// grows with their square.
  static final int MAX_INTEGER_DIGITS = 20;

  /// Datagrams have fewer than 65,536 bytes.
  private static final int MAX_LENGTH_DIGITS = 5;

  private final byte[] in;
  private final boolean strict;
  private int at;

  private BencodeDecoder(byte[] in, boolean strict) {
    this.in = in;
    this.strict = strict;
  }

  public static Bencode strict(byte[] in) throws MalformedBencodeException {
    return new BencodeDecoder(in, true).whole();
  }

  public static Bencode lenient(byte[] in) throws MalformedBencodeException {
    return new BencodeDecoder(in, false).whole();
  }

  /// The bytes of one value as they are in a dictionary of dictionaries; signatures and hashes are
  /// over them: for `outer` and `inner` those of `in[outer][inner]`. Empty if it is not there.
  ///
  /// @throws MalformedBencodeException what [#lenient] refuses may be refused here
  public static Optional<Bytes> raw(byte[] in, String outer, String inner)
      throws MalformedBencodeException {
    BencodeDecoder decoder = new BencodeDecoder(in, false);
    boolean found = decoder.enter(Bytes.ofText(outer)) && decoder.enter(Bytes.ofText(inner));
    if (!found) {
      return Optional.empty();
    }
    int start = decoder.at;
    decoder.value(0);
    return Optional.of(Bytes.ofRange(in, start, decoder.at));
  }

  /// Goes to the value of a key, if this is a dictionary that has it.
  private boolean enter(Bytes wanted) throws MalformedBencodeException {
    if (peek() != 'd') {
      return false;
    }
    at++;
    while (peek() != 'e') {
      if (text().equals(wanted)) {
        return true;
      }
      value(0);
    }
    return false;
  }

  private Bencode whole() throws MalformedBencodeException {
    Bencode value = value(0);
    if (at != in.length) {
      throw new MalformedBencodeException(in.length - at + " bytes follow the value");
    }
    return value;
  }

  private Bencode value(int depth) throws MalformedBencodeException {
    if (depth > MAX_DEPTH) {
      throw new MalformedBencodeException("nested deeper than " + MAX_DEPTH);
    }
    byte first = peek();
    return switch (first) {
      case 'i' -> integer();
      case 'l' -> sequence(depth);
      case 'd' -> dictionary(depth);
      default -> new Bencode.Text(text());
    };
  }

  private Bencode integer() throws MalformedBencodeException {
    at++;
    boolean negative = peek() == '-';
    if (negative) {
      at++;
    }
    String digits = digits('e', MAX_INTEGER_DIGITS);
    if (strict && negative && digits.equals("0")) {
      throw new MalformedBencodeException("minus zero");
    }
    BigInteger magnitude = new BigInteger(digits);
    return new Bencode.Whole(negative ? magnitude.negate() : magnitude);
  }

  private Bencode sequence(int depth) throws MalformedBencodeException {
    at++;
    List<Bencode> items = new ArrayList<>();
    while (peek() != 'e') {
      items.add(value(depth + 1));
    }
    at++;
    return new Bencode.Sequence(items);
  }

  private Bencode dictionary(int depth) throws MalformedBencodeException {
    at++;
    SortedMap<Bytes, Bencode> entries = new TreeMap<>();
    while (peek() != 'e') {
      Bytes key = text();
      if (strict && !entries.isEmpty() && entries.lastKey().compareTo(key) >= 0) {
        throw new MalformedBencodeException("keys are out of order");
      }
      if (entries.put(key, value(depth + 1)) != null) {
        throw new MalformedBencodeException("a key occurs twice");
      }
    }
    at++;
    return new Bencode.Dictionary(entries);
  }

  private Bytes text() throws MalformedBencodeException {
    int length = length();
    if (length > in.length - at) {
      throw new MalformedBencodeException("a string runs past the end");
    }
    at += length;
    return Bytes.ofRange(in, at - length, at);
  }

  /// Every datagram has a dozen: read without making a text of the digits.
  private int length() throws MalformedBencodeException {
    int start = at;
    skipDigits(':', MAX_LENGTH_DIGITS);
    int length = 0;
    for (int i = start; i < at - 1; i++) {
      length = 10 * length + (in[i] - '0');
    }
    return length;
  }

  private String digits(char end, int max) throws MalformedBencodeException {
    int start = at;
    skipDigits(end, max);
    return new String(in, start, at - 1 - start, StandardCharsets.US_ASCII);
  }

  private void skipDigits(char end, int max) throws MalformedBencodeException {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      if (at - start == max) {
        throw new MalformedBencodeException("a number has more than " + max + " digits");
      }
      at++;
    }
    if (at == start || peek() != end) {
      throw new MalformedBencodeException("expected digits and '" + end + "' at " + at);
    }
    if (strict && in[start] == '0' && at - start > 1) {
      throw new MalformedBencodeException("a leading zero");
    }
    at++;
  }

  private byte peek() throws MalformedBencodeException {
    if (at >= in.length) {
      throw new MalformedBencodeException("ends in its middle");
    }
    return in[at];
  }
}
