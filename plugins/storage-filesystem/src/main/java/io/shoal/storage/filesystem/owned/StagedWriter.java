package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkWriter;
import io.shoal.api.StoreFullException;
import io.shoal.storage.filesystem.chunk.StagedChunk;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Writes a chunk to its temporary file.
final class StagedWriter implements ChunkWriter {
  private final OwnedChunks chunks;
  private final StagedChunk chunk;
  private final DiskFile file;
  private int writtenBytes;
  private boolean ended;

  StagedWriter(OwnedChunks chunks, StagedChunk chunk, DiskFile file) {
    this.chunks = chunks;
    this.chunk = chunk;
    this.file = file;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException, StoreFullException {
    requireOpen();
    int size = bytes.remaining();
    if (size > chunk.sizeBytes() - writtenBytes) {
      close();
      throw new IllegalStateException(
          "more than the " + chunk.sizeBytes() + " bytes that were announced for " + chunk.key());
    }
    try {
      file.write(bytes);
      writtenBytes += size;
    } catch (IOException e) {
      close();
      throw chunks.writeFault(chunk, e);
    }
  }

  @Override
  public void commit() throws IOException, StoreFullException {
    requireOpen();
    if (writtenBytes != chunk.sizeBytes()) {
      close();
      throw new IllegalStateException(
          "%d bytes of %s were announced and %d written"
              .formatted(chunk.sizeBytes(), chunk.key(), writtenBytes));
    }
    try {
      file.close();
    } catch (IOException e) {
      close();
      throw chunks.writeFault(chunk, e);
    }
    ended = true;
    chunks.commit(chunk);
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      file.close();
    } catch (IOException e) {
      // The chunk is thrown away: what the disk says about it now changes nothing.
      chunks.closedBadly(chunk, e);
    }
    chunks.discard(chunk);
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("the writer of " + chunk.key() + " has ended");
    }
  }
}
