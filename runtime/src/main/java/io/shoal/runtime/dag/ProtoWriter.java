package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import java.nio.ByteBuffer;

/// Sizes and writes protobuf fields. The size is computed first, so that a block is written once
/// into an array that fits.
public final class ProtoWriter {
  private final ByteBuffer out;

  ProtoWriter(int sizeBytes) {
    this.out = ByteBuffer.allocate(sizeBytes);
  }

  static int varintSize(long value) {
    return value == 0 ? 1 : (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7;
  }

  /// Size of a length-delimited field whose tag has one byte.
  public static int bytesSize(int length) {
    return 1 + varintSize(length) + length;
  }

  /// Size of a number field whose tag has one byte.
  static int numberSize(long value) {
    return 1 + varintSize(value);
  }

  ProtoWriter number(int field, long value) {
    varint(ProtoReader.tag(field, ProtoReader.VARINT));
    return varint(value);
  }

  ProtoWriter fixed32(int field, int value) {
    varint(ProtoReader.tag(field, ProtoReader.FIXED32));
    out.putInt(Integer.reverseBytes(value));
    return this;
  }

  ProtoWriter bytes(int field, byte[] value) {
    header(field, value.length);
    out.put(value);
    return this;
  }

  ProtoWriter cid(int field, Cid value) {
    header(field, value.sizeBytes());
    value.write(out);
    return this;
  }

  /// Begins a length-delimited field; the caller writes exactly `length` bytes next.
  ProtoWriter header(int field, int length) {
    varint(ProtoReader.tag(field, ProtoReader.BYTES));
    return varint(length);
  }

  private ProtoWriter varint(long value) {
    long rest = value;
    while (rest >>> 7 != 0) {
      out.put((byte) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
    return this;
  }

  byte[] finish() {
    if (out.hasRemaining()) {
      throw new AssertionError("the size was computed wrongly: " + out);
    }
    return out.array();
  }
}
