package io.shoal.test.lying;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import io.shoal.test.memory.MemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Hands out the right bytes of a leaf at its first read, which is the node's own check before it
/// sends the leaf, and wrong ones from then on: a node with this store is a peer that lies.
public final class LyingStore implements ChunkStore {

  private final MemoryStore honest = new MemoryStore();

  /// How often each leaf was read from its start.
  private final Map<Multihash, Integer> reads = new ConcurrentHashMap<>();

  @Override
  public void start(PluginContext context) throws UserFaultException {
    honest.start(context);
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) {
    Optional<ChunkReader> reader = honest.open(cid);
    return cid.codec() == Cid.RAW ? reader.map(right -> new LyingReader(right, cid)) : reader;
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    return honest.find(cid);
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws StoreFullException {
    return honest.put(cid, bytes);
  }

  @Override
  public boolean delete(Cid cid) {
    return honest.delete(cid);
  }

  @Override
  public void chunks(ChunkSink each) {
    honest.chunks(each);
  }

  @Override
  public StoreUsage usage() {
    return honest.usage();
  }

  @Override
  public void sync() {
    honest.sync();
  }

  @Override
  public void close() {
    honest.close();
  }

  private final class LyingReader implements ChunkReader {

    private final ChunkReader right;
    private final Cid cid;
    private boolean lies;

    LyingReader(ChunkReader right, Cid cid) {
      this.right = right;
      this.cid = cid;
    }

    @Override
    public int sizeBytes() {
      return right.sizeBytes();
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException {
      if (positionBytes == 0) {
        lies = reads.merge(cid.multihash(), 1, Integer::sum) > 1;
      }
      int start = into.position();
      int count = right.read(into, positionBytes);
      if (lies && count > 0) {
        into.put(start, (byte) (into.get(start) ^ 1));
      }
      return count;
    }

    @Override
    public boolean discard() throws IOException, RetryableException {
      return right.discard();
    }

    @Override
    public void close() {
      right.close();
    }
  }
}
