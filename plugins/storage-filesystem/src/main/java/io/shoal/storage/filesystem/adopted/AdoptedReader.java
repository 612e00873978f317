package io.shoal.storage.filesystem.adopted;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads a chunk out of a user's file. The open file is the lease: the node never changes its
/// bytes, and forgetting it leaves it open.
final class AdoptedReader implements ChunkReader {
  private final AdoptedChunks chunks;
  private final ChangeCheck check;
  private final ChunkKey key;
  private final ChunkClaims.Candidate claim;
  private final DiskFile file;

  AdoptedReader(
      AdoptedChunks chunks,
      ChangeCheck check,
      ChunkKey key,
      ChunkClaims.Candidate claim,
      DiskFile file) {
    this.chunks = chunks;
    this.check = check;
    this.key = key;
    this.claim = claim;
    this.file = file;
  }

  @Override
  public int sizeBytes() {
    return claim.sizeBytes();
  }

  @Override
  public boolean owned() {
    return false;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    chunks.requireOpen();
    int read = Reading.within(file, claim.offsetBytes(), claim.sizeBytes(), into, positionBytes);
    if (read < 0 && positionBytes < claim.sizeBytes()) {
      throw new IOException(
          claim.path() + ": the file became shorter while it was read: add it again");
    }
    return read;
  }

  @Override
  public Optional<FileRegion> region() {
    return file.channel()
        .map(channel -> new FileRegion(channel, claim.offsetBytes(), claim.sizeBytes()));
  }

  @Override
  public void revalidate() throws IOException, ChunkChangedException {
    check.requireUnchanged(claim);
  }

  @Override
  public boolean discard() throws IOException {
    chunks.requireOpen();
    return chunks.discard(key, claim);
  }

  @Override
  public void close() {
    Reading.close(file);
  }
}
