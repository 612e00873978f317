package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.Extension;
import io.shoal.api.FileBacked;
import io.shoal.api.Inspection;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A store behind the border. What it gave out is not used any more once it is closed.
final class GuardedStore implements ChunkStore, Guarded {
  private final ChunkStore store;
  private final PluginCalls calls;
  private final Set<GuardedReader> open = ConcurrentHashMap.newKeySet();

  GuardedStore(ChunkStore store, PluginCalls calls) {
    this.store = store;
    this.calls = calls;
  }

  @Override
  public void start(PluginContext context) throws ShoalException, InterruptedException {
    store.start(context);
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    Optional<ChunkReader> reader = calls.store("open", () -> store.open(cid));
    return reader.map(this::guarded);
  }

  private ChunkReader guarded(ChunkReader reader) {
    GuardedReader guarded = new GuardedReader(reader, calls, open::remove);
    open.add(guarded);
    return guarded;
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException {
    return calls.store("find", () -> store.find(cid));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
    // Another try begins at the same bytes.
    boolean isNew = calls.store("put", () -> store.put(cid, bytes.duplicate()));
    bytes.position(bytes.limit());
    return isNew;
  }

  @Override
  public boolean delete(Cid cid) throws IOException, RetryableException {
    return calls.store("delete", () -> store.delete(cid));
  }

  @Override
  public void copies(Cid cid, CopySink each) throws IOException, RetryableException {
    calls.longStore(
        "copies",
        () -> {
          store.copies(cid, copy -> each.copy(new GuardedReader(copy, calls, ended -> {})));
          return true;
        });
  }

  @Override
  public void chunks(ChunkSink each) throws IOException, RetryableException {
    calls.longStore(
        "chunks",
        () -> {
          store.chunks(each);
          return true;
        });
  }

  @Override
  public StoreUsage usage() throws IOException, RetryableException {
    return calls.store("usage", store::usage);
  }

  @Override
  public void sync() throws IOException, RetryableException {
    calls.longStore(
        "sync",
        () -> {
          store.sync();
          return true;
        });
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    return calls
        .plain("fileBacked", store::fileBacked)
        .map(files -> new GuardedFiles(files, calls));
  }

  @Override
  public Set<Trait> traits() {
    return calls.plain("traits", store::traits);
  }

  /// Ends the calls that run, then the leases, then the store.
  @Override
  public void close() {
    calls.close();
    open.forEach(GuardedReader::close);
    store.close();
  }

  @Override
  public List<ConfigKey> configuration() {
    return calls.plain("configuration", store::configuration);
  }

  @Override
  public Optional<Inspection> inspection() {
    return calls.plain("inspection", store::inspection);
  }

  @Override
  public Extension inside() {
    return store;
  }

  @Override
  public String toString() {
    return calls.plain("toString", store::toString);
  }
}
