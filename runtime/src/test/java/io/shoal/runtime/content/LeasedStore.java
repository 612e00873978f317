package io.shoal.runtime.content;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.runtime.dag.DagMemory;
import io.shoal.runtime.importer.BlockSink;
import io.shoal.runtime.importer.DagChild;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.Quarantine;
import io.shoal.runtime.store.TemporaryPins;
import io.shoal.runtime.store.VerifiedChunks;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.PlainStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A store that keeps its chunks in one file, and knows which of them are open and what was read.
final class LeasedStore implements ChunkStore, BlockSink, AutoCloseable {
  private final PlainStore chunks = new PlainStore();
  private final FileChannel file;
  private final Map<Multihash, Long> places = new ConcurrentHashMap<>();
  private final Set<ChunkReader> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private long end;

  LeasedStore(Path file) throws IOException {
    this.file =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  LocalStore local() {
    ChunkCheck check = new ChunkCheck(List.of(new JdkSha256()));
    VerifiedChunks verified = new VerifiedChunks();
    return new LocalStore(
        this,
        new JdkSha256(),
        check,
        verified,
        new Quarantine(this, check, verified),
        new TemporaryPins(),
        new DagMemory(Long.MAX_VALUE, () -> 0));
  }

  int openNow() {
    return open.size();
  }

  int mostOpen() {
    return mostOpen.get();
  }

  long opened() {
    return opened.get();
  }

  long bytesRead() {
    return bytesRead.get();
  }

  void forgetCounts() {
    mostOpen.set(open.size());
    opened.set(0);
    bytesRead.set(0);
  }

  /// Puts other bytes in a chunk's place.
  void corrupt(Cid cid) {
    byte[] bytes = chunks.chunks.get(cid.multihash()).clone();
    bytes[0] ^= 1;
    chunks.chunks.put(cid.multihash(), bytes);
  }

  Cid put(long codec, byte[] bytes) throws IOException {
    Cid cid = Cid.of(codec, Multihash.of(Multihash.SHA2_256, Blocks.sha256(bytes)));
    put(cid, ByteBuffer.wrap(bytes));
    return cid;
  }

  DagChild leaf(byte[] bytes) throws IOException {
    return DagChild.leaf(put(Cid.RAW, bytes), bytes.length, bytes.length);
  }

  @Override
  public Cid putNode(byte[] block) throws IOException {
    return put(Cid.DAG_PB, block);
  }

  @Override
  public synchronized boolean put(Cid cid, ByteBuffer bytes) throws IOException {
    ByteBuffer written = bytes.duplicate();
    long place = end;
    while (written.hasRemaining()) {
      end += file.write(written, end);
    }
    places.putIfAbsent(cid.multihash(), place);
    try {
      return chunks.put(cid, bytes);
    } catch (StoreFullException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    opened.incrementAndGet();
    return chunks.open(cid).map(reader -> new Lease(reader, places.get(cid.multihash())));
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    return chunks.find(cid);
  }

  @Override
  public boolean delete(Cid cid) {
    return chunks.delete(cid);
  }

  @Override
  public void chunks(ChunkSink each) {
    chunks.chunks(each);
  }

  @Override
  public StoreUsage usage() {
    return chunks.usage();
  }

  @Override
  public void sync() {}

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Lease implements ChunkReader {
    private final ChunkReader inside;
    private final long place;

    Lease(ChunkReader inside, long place) {
      this.inside = inside;
      this.place = place;
      open.add(this);
      mostOpen.accumulateAndGet(open.size(), Math::max);
    }

    private void requireOpen() {
      if (!open.contains(this)) {
        throw new IllegalStateException("the reader is closed");
      }
    }

    @Override
    public int sizeBytes() {
      return inside.sizeBytes();
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException {
      requireOpen();
      try {
        int read = inside.read(into, positionBytes);
        bytesRead.addAndGet(Math.max(0, read));
        return read;
      } catch (RetryableException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Optional<FileRegion> region() {
      requireOpen();
      return Optional.of(new FileRegion(file, place, sizeBytes()));
    }

    @Override
    public boolean discard() throws IOException {
      try {
        return inside.discard();
      } catch (RetryableException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }
}
