package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A store with a file for each chunk, and some bytes before it, whose readers give regions. Counts
/// the readers that are open.
public final class OnDiskStore implements ChunkStore {
  private static final int BEFORE_BYTES = 11;

  private final Path folder;
  private final AtomicInteger open = new AtomicInteger();

  public OnDiskStore(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  public int open() {
    return open.get();
  }

  private Path file(Cid cid) {
    return folder.resolve(HexFormat.of().formatHex(cid.multihash().digest()));
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    if (find(cid).isEmpty()) {
      return Optional.empty();
    }
    FileChannel channel = FileChannel.open(file(cid));
    open.incrementAndGet();
    return Optional.of(new Reader(channel, (int) channel.size() - BEFORE_BYTES));
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException {
    return Files.exists(file(cid))
        ? Optional.of(new StoredChunk(cid, (int) Files.size(file(cid)) - BEFORE_BYTES, true))
        : Optional.empty();
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException {
    boolean absent = find(cid).isEmpty();
    byte[] all = new byte[BEFORE_BYTES + bytes.remaining()];
    bytes.get(all, BEFORE_BYTES, bytes.remaining());
    Files.write(file(cid), all);
    return absent;
  }

  @Override
  public boolean delete(Cid cid) throws IOException {
    return Files.deleteIfExists(file(cid));
  }

  @Override
  public void chunks(ChunkSink each) {
    throw new UnsupportedOperationException("no test collects here");
  }

  @Override
  public StoreUsage usage() {
    return StoreUsage.builder().build();
  }

  @Override
  public void sync() {}

  private final class Reader implements ChunkReader {
    private final FileChannel channel;
    private final int sizeBytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    Reader(FileChannel channel, int sizeBytes) {
      this.channel = channel;
      this.sizeBytes = sizeBytes;
    }

    @Override
    public int sizeBytes() {
      return sizeBytes;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException {
      return channel.read(into, (long) BEFORE_BYTES + positionBytes);
    }

    @Override
    public Optional<FileRegion> region() {
      return Optional.of(new FileRegion(channel, BEFORE_BYTES, sizeBytes));
    }

    @Override
    public boolean discard() {
      throw new UnsupportedOperationException("no test corrupts a chunk here");
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        open.decrementAndGet();
        try {
          channel.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
