package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads a chunk of the store's own. The open file is the lease: its bytes stay readable on POSIX
/// systems after its name is gone.
final class OwnedReader implements ChunkReader {
  private final Removals removals;
  private final ChunkKey key;
  private final DiskFile file;
  private final int sizeBytes;

  private OwnedReader(Removals removals, ChunkKey key, DiskFile file, int sizeBytes) {
    this.removals = removals;
    this.key = key;
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  /// The size is asked of the open file and not of the index: where the file was cut or lengthened,
  /// the reader ends regularly and the hash shows it.
  static OwnedReader of(Removals removals, ChunkKey key, DiskFile file) throws IOException {
    try {
      return new OwnedReader(
          removals, key, file, (int) Math.min(file.sizeBytes(), ChunkLayout.MAX_CHUNK_SIZE_BYTES));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    removals.requireOpen();
    return Reading.within(file, 0, sizeBytes, into, positionBytes);
  }

  @Override
  public Optional<FileRegion> region() {
    return file.channel().map(channel -> new FileRegion(channel, 0, sizeBytes));
  }

  @Override
  public boolean discard() throws IOException {
    removals.requireOpen();
    return removals.discard(key, this);
  }

  @Override
  public void close() {
    Reading.close(file);
  }
}
