package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A chunk that lies in memory.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record BytesReader(byte[] bytes, boolean owned) implements ChunkReader {
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
  public Optional<FileRegion> region() {
    return Optional.empty();
  }

  @Override
  public void revalidate() {}

  @Override
  public void close() {}
}
