package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkWriter;
import java.nio.ByteBuffer;

/// Takes the bytes of a chunk that is stored already, and writes nothing.
final class KnownChunkWriter implements ChunkWriter {
  private final int sizeBytes;
  private int takenBytes;
  private boolean ended;

  KnownChunkWriter(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  @Override
  public void write(ByteBuffer bytes) {
    requireOpen();
    if (bytes.remaining() > sizeBytes - takenBytes) {
      ended = true;
      throw new IllegalStateException("more than the " + sizeBytes + " bytes that were announced");
    }
    takenBytes += bytes.remaining();
    bytes.position(bytes.limit());
  }

  @Override
  public void commit() {
    requireOpen();
    ended = true;
    if (takenBytes != sizeBytes) {
      throw new IllegalStateException(
          "%d bytes were announced and %d written".formatted(sizeBytes, takenBytes));
    }
  }

  @Override
  public void close() {
    ended = true;
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("the writer has ended");
    }
  }
}
