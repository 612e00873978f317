package io.shoal.api;

import java.nio.ByteBuffer;

/// Unsigned varints as multiformats define them: seven bits a byte, least significant first, minimal,
/// at most nine bytes (so a value is below 2^63).
final class Varint {
  /// The multiformats limit: nine groups of seven bits.
  static final int MAX_BYTES = 9;

  private Varint() {}

  static long read(ByteBuffer in) throws MalformedDataException {
    long value = 0;
    for (int i = 0; i < MAX_BYTES; i++) {
      if (!in.hasRemaining()) {
        throw new MalformedDataException("a varint ends in its middle");
      }
      int b = in.get();
      value |= (long) (b & 0x7f) << (7 * i);
      if (b >= 0) {
        // A last group of zero adds nothing: two spellings of one number would be two ids of one content.
        if (b == 0 && i > 0) {
          throw new MalformedDataException("a varint is not minimal");
        }
        return value;
      }
    }
    throw new MalformedDataException("a varint is longer than " + MAX_BYTES + " bytes");
  }

  static int size(long value) {
    int size = 1;
    for (long rest = value >>> 7; rest != 0; rest >>>= 7) {
      size++;
    }
    return size;
  }

  static void write(long value, ByteBuffer out) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.put((byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }
}
