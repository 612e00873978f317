package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A store in memory, without files of users.
public final class PlainStore implements ChunkStore {
  public final Map<Multihash, byte[]> chunks = new ConcurrentHashMap<>();

  /// Further copies, which take the place of those that are found corrupt.
  public final Map<Multihash, byte[]> copies = new ConcurrentHashMap<>();

  /// Chunks at which the medium fails.
  public final Set<Multihash> unreadable = ConcurrentHashMap.newKeySet();

  /// How many chunks there is room for.
  public volatile int room = Integer.MAX_VALUE;

  /// How much it says there is room for while that many have not come.
  public volatile long availableBytes = Long.MAX_VALUE;

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException {
    if (unreadable.contains(cid.multihash())) {
      throw new IOException("simulated: Input/output error");
    }
    return Optional.ofNullable(chunks.get(cid.multihash()))
        .map(bytes -> new BytesReader(bytes, true, () -> discard(cid.multihash(), bytes)));
  }

  private boolean discard(Multihash hash, byte[] bytes) {
    Optional<byte[]> other = Optional.ofNullable(copies.remove(hash));
    return other.isPresent()
        ? chunks.replace(hash, bytes, other.get())
        : chunks.remove(hash, bytes);
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) {
    return Optional.ofNullable(chunks.get(cid.multihash()))
        .map(bytes -> new StoredChunk(cid, bytes.length, true));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws StoreFullException {
    if (chunks.size() >= room) {
      throw new StoreFullException("the test's store is full: free some space");
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return chunks.putIfAbsent(cid.multihash(), copy) == null;
  }

  @Override
  public boolean delete(Cid cid) {
    copies.remove(cid.multihash());
    return chunks.remove(cid.multihash()) != null;
  }

  @Override
  public void chunks(ChunkSink each) {
    for (Map.Entry<Multihash, byte[]> chunk : chunks.entrySet()) {
      Cid cid = Cid.of(Cid.RAW, chunk.getKey());
      if (!each.chunk(new StoredChunk(cid, chunk.getValue().length, true))) {
        return;
      }
    }
  }

  @Override
  public StoreUsage usage() {
    long bytes = chunks.values().stream().mapToLong(b -> b.length).sum();
    return StoreUsage.builder()
        .chunks(chunks.size())
        .ownedBytes(bytes)
        .availableBytes(chunks.size() >= room ? 0 : availableBytes)
        .build();
  }

  @Override
  public void sync() {}
}
