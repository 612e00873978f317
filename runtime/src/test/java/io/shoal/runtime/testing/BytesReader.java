package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/// A chunk that lies in memory.
///
/// @param discarder removes it from where it was read
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record BytesReader(byte[] bytes, boolean owned, BooleanSupplier discarder)
    implements ChunkReader {
  @Override
  public int sizeBytes() {
    return bytes.length;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) {
    if (positionBytes >= bytes.length) {
      return -1;
    }
    int length = Math.min(into.remaining(), bytes.length - positionBytes);
    into.put(bytes, positionBytes, length);
    return length;
  }

  @Override
  public boolean discard() {
    return discarder.getAsBoolean();
  }

  @Override
  public void close() {}
}
