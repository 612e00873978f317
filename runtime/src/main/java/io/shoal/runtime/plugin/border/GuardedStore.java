package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A store behind the border. What it gave out is not used any more once it is closed.
final class GuardedStore extends GuardedExtension<ChunkStore> implements ChunkStore {
  private final Set<GuardedReader> open = ConcurrentHashMap.newKeySet();

  GuardedStore(ChunkStore store, PluginCalls calls) {
    super(store, calls);
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    Optional<ChunkReader> reader = calls.store("open", () -> inside.open(cid));
    return reader.map(this::guarded);
  }

  private ChunkReader guarded(ChunkReader reader) {
    GuardedReader guarded = new GuardedReader(reader, calls, open::remove);
    open.add(guarded);
    return guarded;
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException {
    return calls.store("find", () -> inside.find(cid));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
    // Another try begins at the same bytes.
    boolean isNew = calls.store("put", () -> inside.put(cid, bytes.duplicate()));
    bytes.position(bytes.limit());
    return isNew;
  }

  @Override
  public boolean delete(Cid cid) throws IOException, RetryableException {
    return calls.store("delete", () -> inside.delete(cid));
  }

  @Override
  public void copies(Cid cid, CopySink each) throws IOException, RetryableException {
    calls.longStore(
        "copies",
        () -> inside.copies(cid, copy -> each.copy(new GuardedReader(copy, calls, ended -> {}))));
  }

  @Override
  public void chunks(ChunkSink each) throws IOException, RetryableException {
    calls.longStore("chunks", () -> inside.chunks(each));
  }

  @Override
  public StoreUsage usage() throws IOException, RetryableException {
    return calls.store("usage", inside::usage);
  }

  @Override
  public void sync() throws IOException, RetryableException {
    calls.longStore("sync", () -> inside.sync());
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    return calls
        .plain("fileBacked", inside::fileBacked)
        .map(files -> new GuardedFiles(files, calls));
  }

  @Override
  public Set<Trait> traits() {
    return calls.plain("traits", inside::traits);
  }

  /// Ends the calls that run, then the leases, then the store.
  @Override
  public void close() {
    calls.close();
    open.forEach(GuardedReader::close);
    inside.close();
  }
}
