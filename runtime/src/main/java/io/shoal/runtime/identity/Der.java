package io.shoal.runtime.identity;

import io.shoal.api.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The part of ASN.1 DER (X.690) that a host certificate needs.
final class Der {

  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OBJECT_ID = 0x06;
  static final int UTF8_STRING = 0x0c;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;

  /// The tag `[number] EXPLICIT`.
  static int explicit(int number) {
    return 0xa0 | number;
  }

  private Der() {}

  /// One value: its tag, its length, and `parts` one after the other.
  static byte[] value(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /// An object identifier of parts below 2^28.
  static byte[] objectId(int... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(parts[0] * 40 + parts[1]);
    for (int i = 2; i < parts.length; i++) {
      for (int shift = 21; shift > 0; shift -= 7) {
        if (parts[i] >> shift != 0) {
          out.write(parts[i] >> shift & 0x7f | 0x80);
        }
      }
      out.write(parts[i] & 0x7f);
    }
    return value(OBJECT_ID, out.toByteArray());
  }

  /// Whole bytes as a bit string.
  static byte[] bits(byte[] bytes) {
    return value(BIT_STRING, new byte[] {0}, bytes);
  }

  /// Reads one value of the tag from the buffer's position and moves behind it. Lengths of more
  /// than 65,535 bytes, indefinite ones and such that could be written shorter are refused: a
  /// certificate must have one form only.
  static ByteBuffer read(int tag, ByteBuffer in) throws MalformedDataException {
    if (in.remaining() < 2 || (in.get() & 0xff) != tag) {
      throw new MalformedDataException("expected a value of the tag 0x%02x".formatted(tag));
    }
    int length = in.get() & 0xff;
    if (length >= 0x80) {
      int bytes = length & 0x7f;
      if (bytes < 1 || bytes > 2 || in.remaining() < bytes) {
        throw new MalformedDataException("a length of " + bytes + " bytes");
      }
      length = bytes == 1 ? in.get() & 0xff : in.getShort() & 0xffff;
      if (length < (bytes == 1 ? 0x80 : 0x100)) {
        throw new MalformedDataException("a length that is not minimal");
      }
    }
    if (length > in.remaining()) {
      throw new MalformedDataException("a value that is longer than what holds it");
    }
    ByteBuffer value = in.slice(in.position(), length);
    in.position(in.position() + length);
    return value;
  }

  /// The rest of a buffer.
  static byte[] bytes(ByteBuffer in) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return bytes;
  }
}
