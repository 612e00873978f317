package io.shoal.test.memory;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Keeps chunks on the heap until the node ends.
public final class MemoryStore implements ChunkStore {

  private static final long DEFAULT_QUOTA_BYTES = 256L << 20;

  private record Kept(Cid cid, byte[] bytes) {}

  private final Map<Multihash, Kept> chunks = new ConcurrentHashMap<>();

  /// Bytes that are stored or promised to a writer.
  private final AtomicLong takenBytes = new AtomicLong();

  private volatile long quotaBytes = DEFAULT_QUOTA_BYTES;

  @Override
  public void start(PluginContext context) throws UserFaultException {
    quotaBytes = context.config().sizeBytes("quota", 0, Long.MAX_VALUE, DEFAULT_QUOTA_BYTES);
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) {
    return Optional.ofNullable(chunks.get(cid.multihash())).map(kept -> new Reader(kept.bytes()));
  }

  @Override
  public boolean contains(Cid cid) {
    return chunks.containsKey(cid.multihash());
  }

  @Override
  public ChunkWriter create(Cid cid, int sizeBytes) throws StoreFullException {
    if (sizeBytes < 0 || sizeBytes > MAX_CHUNK_SIZE_BYTES) {
      throw new IllegalArgumentException("a chunk of " + sizeBytes + " bytes");
    }
    if (takenBytes.addAndGet(sizeBytes) > quotaBytes) {
      takenBytes.addAndGet(-sizeBytes);
      throw new StoreFullException(
          "the store in memory is full: raise plugins.store-memory.quota (now " + quotaBytes + " bytes)");
    }
    return new Writer(cid, sizeBytes);
  }

  @Override
  public boolean delete(Cid cid, Removal why) {
    Kept kept = chunks.remove(cid.multihash());
    if (kept != null) {
      takenBytes.addAndGet(-kept.bytes().length);
    }
    return kept != null;
  }

  @Override
  public void cids(Consumer<StoredChunk> each) {
    chunks
        .values()
        .forEach(kept -> each.accept(new StoredChunk(kept.cid(), kept.bytes().length, false)));
  }

  @Override
  public StoreUsage usage() {
    long taken = takenBytes.get();
    return new StoreUsage(chunks.size(), taken, 0, quotaBytes, Math.max(0, quotaBytes - taken));
  }

  @Override
  public void sync() {}

  @Override
  public Optional<FileBacked> fileBacked() {
    return Optional.empty();
  }

  @Override
  public void close() {
    chunks.clear();
    takenBytes.set(0);
  }

  private final class Writer implements ChunkWriter {

    private final Cid cid;
    private final ByteBuffer content;
    private boolean ended;

    Writer(Cid cid, int sizeBytes) {
      this.cid = cid;
      this.content = ByteBuffer.allocate(sizeBytes);
    }

    @Override
    public void write(ByteBuffer bytes) {
      if (ended || bytes.remaining() > content.remaining()) {
        throw new IllegalStateException("more bytes than promised, or written after the end");
      }
      content.put(bytes);
    }

    @Override
    public void commit() {
      if (ended || content.hasRemaining()) {
        throw new IllegalStateException("fewer bytes than promised, or committed after the end");
      }
      ended = true;
      Kept before = chunks.putIfAbsent(cid.multihash(), new Kept(cid, content.array()));
      if (before != null) {
        takenBytes.addAndGet(-content.capacity());
      }
    }

    @Override
    public void close() {
      if (!ended) {
        ended = true;
        takenBytes.addAndGet(-content.capacity());
      }
    }
  }

  /// Holds the bytes themselves: what is deleted meanwhile stays readable.
  private record Reader(byte[] bytes) implements ChunkReader {

    @Override
    public int sizeBytes() {
      return bytes.length;
    }

    @Override
    public boolean owned() {
      return true;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      if (positionBytes >= bytes.length) {
        return -1;
      }
      int count = Math.min(into.remaining(), bytes.length - positionBytes);
      into.put(bytes, positionBytes, count);
      return count;
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
}
