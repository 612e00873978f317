package io.shoal.storage.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;

/// Reads a buffer that belongs to another, without moving its position.
final class BufferStream extends InputStream {
  private final ByteBuffer left;

  BufferStream(ByteBuffer bytes) {
    left = bytes.asReadOnlyBuffer();
  }

  @Override
  public int read() {
    return left.hasRemaining() ? left.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!left.hasRemaining()) {
      return -1;
    }
    int count = Math.min(length, left.remaining());
    left.get(into, offset, count);
    return count;
  }

  @Override
  public int available() {
    return left.remaining();
  }
}
