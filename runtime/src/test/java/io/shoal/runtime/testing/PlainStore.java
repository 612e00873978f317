package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkWriter;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.Multihash;
import io.shoal.api.PluginContext;
import io.shoal.api.StoreFullException;
import io.shoal.api.StoreUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// A store in memory, without files of users.
public final class PlainStore implements ChunkStore {
  public final Map<Multihash, byte[]> chunks = new ConcurrentHashMap<>();

  /// Further copies, which take the place of those that are found corrupt.
  public final Map<Multihash, byte[]> copies = new ConcurrentHashMap<>();

  /// Chunks at which the medium fails.
  public final Set<Multihash> unreadable = ConcurrentHashMap.newKeySet();

  /// How many chunks there is room for.
  public volatile int room = Integer.MAX_VALUE;

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
        .map(bytes -> new BytesReader(bytes, true));
  }

  @Override
  public boolean contains(Cid cid) {
    return chunks.containsKey(cid.multihash());
  }

  @Override
  public ChunkWriter create(Cid cid, int sizeBytes) throws StoreFullException {
    if (chunks.size() >= room) {
      throw new StoreFullException("the test's store is full: free some space");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return new ChunkWriter() {
      @Override
      public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.writeBytes(copy);
      }

      @Override
      public void commit() {
        if (out.size() != sizeBytes) {
          throw new IllegalStateException("fewer bytes than promised");
        }
        chunks.putIfAbsent(cid.multihash(), out.toByteArray());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public boolean delete(Cid cid, Removal why) {
    Optional<byte[]> other = Optional.ofNullable(copies.remove(cid.multihash()));
    return switch (why) {
      case UNREFERENCED -> chunks.remove(cid.multihash()) != null;
      case CORRUPT ->
          other
              .map(copy -> chunks.put(cid.multihash(), copy))
              .or(() -> Optional.ofNullable(chunks.remove(cid.multihash())))
              .isPresent();
    };
  }

  @Override
  public void cids(Consumer<StoredChunk> each) {
    chunks.forEach(
        (hash, bytes) -> each.accept(new StoredChunk(Cid.of(Cid.RAW, hash), bytes.length, false)));
  }

  @Override
  public StoreUsage usage() {
    long bytes = chunks.values().stream().mapToLong(b -> b.length).sum();
    return new StoreUsage(
        chunks.size(), bytes, 0, Long.MAX_VALUE, chunks.size() >= room ? 0 : Long.MAX_VALUE);
  }

  @Override
  public void sync() {}

  @Override
  public Optional<FileBacked> fileBacked() {
    return Optional.empty();
  }
}
