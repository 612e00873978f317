package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/// Reads a chunk out of a user's file. The open file is the lease: the node never changes its
/// bytes, and forgetting it leaves it open.
final class AdoptedReader implements ChunkReader {
  private final ChangeCheck check;
  private final AdoptedFile adopted;
  private final DiskFile file;
  private final long offsetBytes;
  private final int sizeBytes;

  AdoptedReader(
      ChangeCheck check, AdoptedFile adopted, DiskFile file, long offsetBytes, int sizeBytes) {
    this.check = check;
    this.adopted = adopted;
    this.file = file;
    this.offsetBytes = offsetBytes;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean owned() {
    return false;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    int read = Reading.within(file, offsetBytes, sizeBytes, into, positionBytes);
    if (read < 0 && positionBytes < sizeBytes) {
      Path path = adopted.path();
      throw new IOException(path + ": the file became shorter while it was read: add it again");
    }
    return read;
  }

  @Override
  public Optional<FileRegion> region() {
    return file.channel().map(channel -> new FileRegion(channel, offsetBytes, sizeBytes));
  }

  @Override
  public void revalidate() throws IOException, ChunkChangedException {
    check.requireUnchanged(adopted);
  }

  @Override
  public void close() {
    Reading.close(file);
  }
}
