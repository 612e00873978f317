package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.ConfigKey;
import io.shoal.api.Inspection;
import io.shoal.api.Metrics;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Keeps chunks in an embedded database, for millions of small ones.
///
/// A file for each chunk costs a block of the disk, an inode and several system calls; here small
/// chunks share large files. Where the node's data folder cannot be written to, the store only
/// reads.
public final class RocksdbStore implements ChunkStore {
  /// Deleted chunks are many at once, after a garbage collection: their room may wait so long.
  private static final Duration LOOK_FOR_ROOM_EVERY = Duration.ofMinutes(1);

  private final GroupSync.Step beforeSync;
  private final Inspection inspection = new StoreInspection(this::table);
  private volatile @Nullable Opened opened;

  private record Opened(Settings settings, ChunkTable table) {}

  /// Does nothing yet; see [#start].
  public RocksdbStore() {
    this(() -> {});
  }

  /// @param beforeSync called before changes are made durable
  RocksdbStore(GroupSync.Step beforeSync) {
    this.beforeSync = beforeSync;
  }

  @Override
  public List<ConfigKey> configuration() {
    return Settings.keys();
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    Settings settings = Settings.read(context.config(), context.dataFolder());
    NativeCode.require();
    Path folder = settings.folder();
    ChunkTable table;
    try {
      boolean writable = Files.isWritable(context.dataFolder());
      if (writable) {
        Files.createDirectories(folder);
      }
      table = ChunkTable.open(settings, writable, context.clock(), beforeSync);
    } catch (IOException e) {
      throw Faults.unusable(folder, e);
    }
    opened = new Opened(settings, table);
    count(context.metrics(), table);
    if (table.database().isWritable()) {
      SpaceReclaim reclaim = new SpaceReclaim(table, SpaceReclaim.MIN_DEAD_BYTES);
      context.scheduler().every(LOOK_FOR_ROOM_EVERY, reclaim::look);
    }
  }

  private void count(Metrics metrics, ChunkTable table) {
    metrics.gauge("chunks", "Chunks in the store", table.budget()::chunks);
    metrics.gauge("owned_bytes", "Bytes of chunks in the store", table.budget()::ownedBytes);
    metrics.gauge(
        "cached_bytes",
        "Native memory that holds blocks of files",
        () -> figure(table, Database::cachedBytes));
    metrics.gauge(
        "buffered_bytes",
        "Native memory that holds what is not written to its file yet",
        () -> figure(table, RocksdbStore::bufferedBytes));
  }

  private static long figure(ChunkTable table, ToLongFunction<Database> of) {
    try (CallGate.Pass _ = table.gate().enter()) {
      return of.applyAsLong(table.database());
    } catch (IllegalStateException e) {
      return 0;
    }
  }

  private static long bufferedBytes(Database database) {
    try {
      return database.bufferedBytes();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    ChunkTable table = table();
    Optional<ChunkKey> key = ChunkKey.of(cid);
    return key.isEmpty() ? Optional.empty() : table.open(key.get());
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException {
    ChunkTable table = table();
    Optional<ChunkKey> key = ChunkKey.of(cid);
    return key.isEmpty()
        ? Optional.empty()
        : table.find(key.get()).map(record -> new StoredChunk(cid, record.sizeBytes(), true));
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
    if (bytes.remaining() > MAX_CHUNK_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "a chunk has at most " + MAX_CHUNK_SIZE_BYTES + " bytes, not " + bytes.remaining());
    }
    ChunkKey key =
        ChunkKey.of(cid)
            .orElseThrow(
                () -> new IllegalArgumentException(cid + " names nothing that can be stored"));
    boolean stored = table().put(key, bytes);
    bytes.position(bytes.limit());
    return stored;
  }

  @Override
  public boolean delete(Cid cid) throws IOException, RetryableException {
    ChunkTable table = table();
    Optional<ChunkKey> key = ChunkKey.of(cid);
    return key.isPresent() && table.delete(key.get());
  }

  @Override
  public void chunks(ChunkSink each) throws IOException {
    table().chunks(each);
  }

  @Override
  public StoreUsage usage() throws IOException {
    ChunkTable table = table();
    table.requireOpen();
    return StoreUsage.builder()
        .chunks(table.budget().chunks())
        .ownedBytes(table.budget().ownedBytes())
        .quotaBytes(started().settings().quotaBytes())
        .availableBytes(table.budget().availableBytes())
        .build();
  }

  @Override
  public void sync() throws IOException {
    table().sync();
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(inspection);
  }

  @Override
  public List<String> advice() {
    @Nullable Opened store = opened;
    return store != null && store.table().isBroken()
        ? List.of(
            store.settings().folder()
                + ": chunks could not be made durable: check the disk, then restart the node")
        : List.of();
  }

  @Override
  public void close() {
    @Nullable Opened store = opened;
    opened = null;
    if (store != null) {
      store.table().close();
    }
  }

  private ChunkTable table() {
    return started().table();
  }

  private Opened started() {
    @Nullable Opened store = opened;
    if (store == null) {
      throw new IllegalStateException("the store is not started");
    }
    return store;
  }
}
