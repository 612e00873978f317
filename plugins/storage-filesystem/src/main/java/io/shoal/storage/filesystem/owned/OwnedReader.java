package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads a chunk of the store's own. The open file is the lease: its bytes stay readable on POSIX
/// systems after its name is gone.
final class OwnedReader implements ChunkReader {
  private final DiskFile file;
  private final int sizeBytes;

  private OwnedReader(DiskFile file, int sizeBytes) {
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  /// The size is asked of the open file and not of the index: where the file was cut or lengthened,
  /// the reader ends regularly and the hash shows it.
  static OwnedReader of(DiskFile file) throws IOException {
    try {
      return new OwnedReader(
          file, (int) Math.min(file.sizeBytes(), ChunkLayout.MAX_CHUNK_SIZE_BYTES));
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
  public boolean owned() {
    return true;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    return Reading.within(file, 0, sizeBytes, into, positionBytes);
  }

  @Override
  public Optional<FileRegion> region() {
    return file.channel().map(channel -> new FileRegion(channel, 0, sizeBytes));
  }

  @Override
  public void revalidate() {}

  @Override
  public void close() {
    Reading.close(file);
  }
}
