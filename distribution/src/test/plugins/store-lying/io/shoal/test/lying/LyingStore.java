package io.shoal.test.lying;

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
import io.shoal.test.memory.MemoryStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

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
  public boolean contains(Cid cid) {
    return honest.contains(cid);
  }

  @Override
  public ChunkWriter create(Cid cid, int sizeBytes) throws StoreFullException {
    return honest.create(cid, sizeBytes);
  }

  @Override
  public boolean delete(Cid cid, Removal why) {
    return honest.delete(cid, why);
  }

  @Override
  public void cids(Consumer<StoredChunk> each) {
    honest.cids(each);
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
  public Optional<FileBacked> fileBacked() {
    return honest.fileBacked();
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
    public boolean owned() {
      return right.owned();
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException {
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
    public Optional<FileRegion> region() {
      return Optional.empty();
    }

    @Override
    public void revalidate() {}

    @Override
    public void close() {
      right.close();
    }
  }
}
