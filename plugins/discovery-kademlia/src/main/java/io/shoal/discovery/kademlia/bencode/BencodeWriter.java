package io.shoal.discovery.kademlia.bencode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes bencode as it comes, with no tree in between: a node writes a packet for each that it
/// reads. The caller writes the keys of a dictionary in order.
public final class BencodeWriter {
  private byte[] out = new byte[256];
  private int size;

  public BencodeWriter startDictionary() {
    return put('d');
  }

  public BencodeWriter startList() {
    return put('l');
  }

  public BencodeWriter end() {
    return put('e');
  }

  /// A key of a dictionary, in ASCII.
  public BencodeWriter key(String key) {
    digits(key.length());
    put(':');
    room(key.length());
    for (int i = 0; i < key.length(); i++) {
      out[size++] = (byte) key.charAt(i);
    }
    return this;
  }

  /// Writes bytes into an array, from an offset on.
  @FunctionalInterface
  public interface Filler {
    void fill(byte[] out, int offset);
  }

  /// A text of known length, written by what holds it.
  public BencodeWriter text(int length, Filler bytes) {
    digits(length);
    put(':');
    room(length);
    bytes.fill(out, size);
    size += length;
    return this;
  }

  public BencodeWriter text(String text) {
    return lengthPrefixed(text.getBytes(StandardCharsets.UTF_8));
  }

  public BencodeWriter text(Bytes text) {
    digits(text.length());
    put(':');
    return raw(text);
  }

  public BencodeWriter whole(long value) {
    put('i');
    digits(value);
    return put('e');
  }

  /// A value that is bencoded already.
  public BencodeWriter raw(Bytes encoded) {
    room(encoded.length());
    encoded.copyTo(out, size);
    size += encoded.length();
    return this;
  }

  int size() {
    return size;
  }

  public byte[] toArray() {
    return Arrays.copyOf(out, size);
  }

  private BencodeWriter lengthPrefixed(byte[] text) {
    digits(text.length);
    put(':');
    return append(text);
  }

  private void digits(long value) {
    if (value >= 0 && value < 1_000) {
      if (value >= 100) {
        put((char) ('0' + value / 100));
      }
      if (value >= 10) {
        put((char) ('0' + value / 10 % 10));
      }
      put((char) ('0' + value % 10));
    } else {
      append(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private BencodeWriter append(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, out, size, bytes.length);
    size += bytes.length;
    return this;
  }

  private BencodeWriter put(char ascii) {
    room(1);
    out[size++] = (byte) ascii;
    return this;
  }

  private void room(int more) {
    if (out.length - size < more) {
      out = Arrays.copyOf(out, Math.max(2 * out.length, size + more));
    }
  }
}
