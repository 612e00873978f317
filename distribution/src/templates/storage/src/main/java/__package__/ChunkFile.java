package __package__;

import io.shoal.api.ChunkReader;
import io.shoal.api.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// A chunk that is open for reading. The open file is the lease: its bytes stay until it is closed,
/// also if the file is deleted meanwhile. Each reader has a channel of its own, since an interrupt
/// closes a channel for all that use it.
final class ChunkFile implements ChunkReader {

  /// Removes the copy that is read.
  interface Removal {
    boolean remove() throws IOException;
  }

  private final FileChannel file;
  private final int sizeBytes;
  private final Removal removal;
  private final BooleanSupplier storeIsClosed;

  ChunkFile(FileChannel file, int sizeBytes, Removal removal, BooleanSupplier storeIsClosed) {
    this.file = file;
    this.sizeBytes = sizeBytes;
    this.removal = removal;
    this.storeIsClosed = storeIsClosed;
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
    if (storeIsClosed.getAsBoolean() || !file.isOpen()) {
      throw new IllegalStateException("this reader or its store is closed");
    }
    if (positionBytes >= sizeBytes) {
      return -1;
    }
    try {
      return file.read(into, positionBytes);
    } catch (ClosedByInterruptException e) {
      throw ChunkFolder.interrupted(e);
    }
  }

  @Override
  public Optional<FileRegion> region() {
    return Optional.of(new FileRegion(file, 0, sizeBytes));
  }

  @Override
  public boolean discard() throws IOException {
    return removal.remove();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // It was only read: nothing is lost.
    }
  }
}
