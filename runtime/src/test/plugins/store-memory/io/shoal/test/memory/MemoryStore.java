package io.shoal.test.memory;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Keeps chunks on the heap until the node ends.
public final class MemoryStore implements ChunkStore {

  private static final long DEFAULT_QUOTA_BYTES = 256L << 20;

  private static final class Kept {
    private final Cid cid;
    private final byte[] bytes;

    Kept(Cid cid, byte[] bytes) {
      this.cid = cid;
      this.bytes = bytes;
    }

    Cid cid() {
      return cid;
    }

    byte[] bytes() {
      return bytes;
    }
  }

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
    return Optional.ofNullable(chunks.get(cid.multihash())).map(Reader::new);
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    return Optional.ofNullable(chunks.get(cid.multihash()))
        .map(kept -> new StoredChunk(kept.cid(), kept.bytes().length, true));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws StoreFullException {
    int sizeBytes = bytes.remaining();
    if (sizeBytes > MAX_CHUNK_SIZE_BYTES) {
      throw new IllegalArgumentException("a chunk of " + sizeBytes + " bytes");
    }
    byte[] content = new byte[sizeBytes];
    bytes.get(content);
    if (chunks.containsKey(cid.multihash())) {
      return false;
    }
    if (takenBytes.addAndGet(sizeBytes) > quotaBytes) {
      takenBytes.addAndGet(-sizeBytes);
      throw new StoreFullException(
          "the store in memory is full: raise plugins.store-memory.quota (now " + quotaBytes + " bytes)");
    }
    boolean isNew = chunks.putIfAbsent(cid.multihash(), new Kept(cid, content)) == null;
    if (!isNew) {
      takenBytes.addAndGet(-sizeBytes);
    }
    return isNew;
  }

  @Override
  public boolean delete(Cid cid) {
    Kept kept = chunks.remove(cid.multihash());
    if (kept != null) {
      takenBytes.addAndGet(-kept.bytes().length);
    }
    return kept != null;
  }

  @Override
  public void chunks(ChunkSink each) {
    for (Kept kept : chunks.values()) {
      if (!each.chunk(new StoredChunk(kept.cid(), kept.bytes().length, true))) {
        return;
      }
    }
  }

  @Override
  public StoreUsage usage() {
    long taken = takenBytes.get();
    return StoreUsage.builder()
        .chunks(chunks.size())
        .ownedBytes(taken)
        .quotaBytes(quotaBytes)
        .availableBytes(Math.max(0, quotaBytes - taken))
        .build();
  }

  @Override
  public void sync() {}

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.VOLATILE);
  }

  @Override
  public void close() {
    chunks.clear();
    takenBytes.set(0);
  }

  /// Holds the bytes themselves: what is deleted meanwhile stays readable.
  private final class Reader implements ChunkReader {

    private final Kept kept;

    Reader(Kept kept) {
      this.kept = kept;
    }

    @Override
    public int sizeBytes() {
      return kept.bytes().length;
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) {
      if (positionBytes >= sizeBytes()) {
        return -1;
      }
      int count = Math.min(into.remaining(), sizeBytes() - positionBytes);
      into.put(kept.bytes(), positionBytes, count);
      return count;
    }

    @Override
    public boolean discard() {
      // Compared by identity: a copy that came in its place stays.
      boolean removed = chunks.remove(kept.cid().multihash(), kept);
      if (removed) {
        takenBytes.addAndGet(-sizeBytes());
      }
      return removed;
    }

    @Override
    public void close() {}
  }
}
