package io.shoal.runtime.naming;

import io.shoal.api.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// A bencoded dictionary (BEP 3) of integers and byte strings with nothing nested: the format of
/// records of names. There is one encoding of each content, and no other is read: keys are
/// lower-case words in ascending order, numbers have no needless zero, nothing follows the end.
final class FlatBencode {
  /// Entries of a dictionary; the largest that is written has ten.
  static final int MAX_ENTRIES = 16;

  private static final int MAX_KEY_CHARACTERS = 16;

  /// Digits of the largest length that can be written before the bytes run out.
  private static final int MAX_LENGTH_DIGITS = 6;

  /// As many as [Long#MAX_VALUE] has.
  private static final int MAX_NUMBER_DIGITS = 19;

  private sealed interface Value {}

  private record Whole(long value) implements Value {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Bytes(byte[] value) implements Value {}

  private final TreeMap<String, Value> entries = new TreeMap<>();

  FlatBencode put(String key, long value) {
    entries.put(key, new Whole(value));
    return this;
  }

  FlatBencode put(String key, byte[] value) {
    entries.put(key, new Bytes(value));
    return this;
  }

  FlatBencode put(String key, String value) {
    return put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write('d');
    for (Map.Entry<String, Value> entry : entries.entrySet()) {
      write(out, entry.getKey().getBytes(StandardCharsets.US_ASCII));
      switch (entry.getValue()) {
        case Whole(long value) ->
            out.writeBytes(("i" + value + "e").getBytes(StandardCharsets.US_ASCII));
        case Bytes(byte[] value) -> write(out, value);
      }
    }
    out.write('e');
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, byte[] bytes) {
    out.writeBytes((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(bytes);
  }

  /// Reads exactly one dictionary. The cost is bounded by the number of bytes.
  ///
  /// @throws MalformedDataException the bytes are not what [#encode] writes
  static FlatBencode parse(byte[] bytes) throws MalformedDataException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    FlatBencode read = new FlatBencode();
    expect(in, 'd');
    String last = "";
    while (peek(in) != 'e') {
      String key = key(in);
      if (key.compareTo(last) <= 0) {
        throw new MalformedDataException("its keys are not in ascending order");
      }
      if (read.entries.size() == MAX_ENTRIES) {
        throw new MalformedDataException("it has more than " + MAX_ENTRIES + " entries");
      }
      read.entries.put(key, peek(in) == 'i' ? new Whole(number(in)) : new Bytes(bytes(in)));
      last = key;
    }
    in.get();
    if (in.hasRemaining()) {
      throw new MalformedDataException(in.remaining() + " bytes follow its end");
    }
    return read;
  }

  private static byte peek(ByteBuffer in) throws MalformedDataException {
    if (!in.hasRemaining()) {
      throw new MalformedDataException("it ends too early");
    }
    return in.get(in.position());
  }

  private static void expect(ByteBuffer in, char wanted) throws MalformedDataException {
    if (peek(in) != wanted) {
      throw new MalformedDataException("it is not a bencoded dictionary of plain values");
    }
    in.get();
  }

  private static String key(ByteBuffer in) throws MalformedDataException {
    byte[] key = bytes(in);
    String text = new String(key, StandardCharsets.ISO_8859_1);
    if (key.length == 0
        || key.length > MAX_KEY_CHARACTERS
        || !text.chars().allMatch(c -> c >= 'a' && c <= 'z')) {
      throw new MalformedDataException("a key of it is not a short lower-case word");
    }
    return text;
  }

  private static byte[] bytes(ByteBuffer in) throws MalformedDataException {
    long length = digits(in, MAX_LENGTH_DIGITS, ':');
    if (length > in.remaining()) {
      throw new MalformedDataException("it ends too early");
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private static long number(ByteBuffer in) throws MalformedDataException {
    expect(in, 'i');
    if (peek(in) != '-') {
      return digits(in, MAX_NUMBER_DIGITS, 'e');
    }
    in.get();
    long value = digits(in, MAX_NUMBER_DIGITS, 'e');
    if (value == 0) {
      throw new MalformedDataException("it holds a negative zero");
    }
    return -value;
  }

  private static long digits(ByteBuffer in, int most, char end) throws MalformedDataException {
    StringBuilder digits = new StringBuilder();
    while (peek(in) != end) {
      byte digit = in.get();
      if (digit < '0' || digit > '9' || digits.length() == most) {
        throw new MalformedDataException("it holds a number that is not one");
      }
      digits.append((char) digit);
    }
    in.get();
    try {
      long value = Long.parseLong(digits.toString());
      if (digits.length() > 1 && digits.charAt(0) == '0') {
        throw new MalformedDataException("it holds a number with a needless zero");
      }
      return value;
    } catch (NumberFormatException e) {
      throw new MalformedDataException("it holds a number that is not one", e);
    }
  }

  /// @throws MalformedDataException there is a key that is not among these
  void requireOnly(Set<String> keys) throws MalformedDataException {
    for (String key : entries.keySet()) {
      if (!keys.contains(key)) {
        throw new MalformedDataException("its entry '" + key + "' has no place there");
      }
    }
  }

  boolean has(String key) {
    return entries.containsKey(key);
  }

  /// @throws MalformedDataException there is such an entry and it is not a number
  OptionalLong number(String key) throws MalformedDataException {
    return switch (entries.get(key)) {
      case Whole(long value) -> OptionalLong.of(value);
      case Bytes _ -> throw new MalformedDataException("its '" + key + "' is not a number");
      case null -> OptionalLong.empty();
    };
  }

  /// @throws MalformedDataException there is such an entry and it is not a byte string
  Optional<byte[]> bytes(String key) throws MalformedDataException {
    return switch (entries.get(key)) {
      case Bytes(byte[] value) -> Optional.of(value);
      case Whole _ -> throw new MalformedDataException("its '" + key + "' is a number");
      case null -> Optional.empty();
    };
  }

  /// @throws MalformedDataException there is such an entry and it is not UTF-8
  Optional<String> text(String key) throws MalformedDataException {
    Optional<byte[]> bytes = bytes(key);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.get())).toString());
    } catch (CharacterCodingException e) {
      throw new MalformedDataException("its '" + key + "' is not UTF-8", e);
    }
  }

  /// @throws MalformedDataException there is no such number
  long requiredNumber(String key) throws MalformedDataException {
    return number(key)
        .orElseThrow(() -> new MalformedDataException("its '" + key + "' is missing"));
  }

  /// @throws MalformedDataException there is no such byte string
  byte[] requiredBytes(String key) throws MalformedDataException {
    return bytes(key).orElseThrow(() -> new MalformedDataException("its '" + key + "' is missing"));
  }
}
