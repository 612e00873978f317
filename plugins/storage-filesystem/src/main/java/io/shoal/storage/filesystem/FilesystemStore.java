package io.shoal.storage.filesystem;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.Metrics;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreUsage;
import io.shoal.api.UserFaultException;
import io.shoal.storage.filesystem.adopted.AdoptedFiles;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.LocalDisk;
import io.shoal.storage.filesystem.disk.OverlayDisk;
import io.shoal.storage.filesystem.disk.Settings;
import io.shoal.storage.filesystem.owned.Catalog;
import io.shoal.storage.filesystem.owned.OwnedChunks;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps chunks as files named by their hash.
///
/// The lease of a reader is its open file: on POSIX systems the bytes stay readable after the name
/// is gone, so that removing and forgetting never wait.
///
/// Where the node's data folder cannot be written to, the node only reads: the store's folder then
/// stays as it is, and what comes in meanwhile is gone with the store.
public final class FilesystemStore implements ChunkStore {
  private static final Logger LOG = LoggerFactory.getLogger(FilesystemStore.class);

  private final Disk disk;
  private final ForceThreads threads;
  private final long noteAfterBytes;
  private volatile @Nullable Opened opened;

  /// The parts of a started store.
  private record Opened(
      Closeable atEnd,
      Settings settings,
      Catalog catalog,
      OwnedChunks owned,
      AdoptedFiles adopted) {}

  /// A store on this machine's disk.
  public FilesystemStore() {
    this(
        new LocalDisk(),
        new ForceThreads(ForceThreads.MAX_THREADS, OwnedChunks.FORCE_BEHIND_BYTES),
        AdoptedFiles.NOTE_AFTER_BYTES);
  }

  FilesystemStore(Disk disk, ForceThreads threads, long noteAfterBytes) {
    this.disk = disk;
    this.threads = threads;
    this.noteAfterBytes = noteAfterBytes;
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    Settings settings = Settings.read(context.config(), context.dataFolder());
    try {
      opened =
          disk.isWritable(context.dataFolder())
              ? open(settings)
              : openToRead(settings, Files.createTempDirectory("shoal-store"));
    } catch (IOException e) {
      throw unusable(settings.folder(), e);
    }
    count(context.metrics());
  }

  /// The folders hold durable chunks soon, so they must be durable themselves. Forced at every
  /// start: an earlier process may have ended between making and forcing them, and for a folder
  /// that is durable it costs nothing.
  private void createFolders(ChunkLayout layout) throws IOException {
    for (Path folder : layout.folders()) {
      disk.createFolders(folder);
    }
    disk.forceFolder(layout.root());
    Path above = layout.root().getParent();
    if (above != null) {
      disk.forceFolder(above);
    }
  }

  private static UserFaultException inUse(Path folder) {
    return new UserFaultException(
        "%s: another node uses this folder: stop it, or choose another folder with %spath"
            .formatted(folder, Settings.KEYS));
  }

  private Opened open(Settings settings) throws IOException, UserFaultException {
    ChunkLayout layout = new ChunkLayout(settings.folder());
    createFolders(layout);
    Closeable lock = disk.lock(layout.lock()).orElseThrow(() -> inUse(settings.folder()));
    return open(disk, settings, settings, lock);
  }

  private Opened openToRead(Settings settings, Path scratch) throws IOException {
    OverlayDisk overlay = new OverlayDisk(disk, settings.folder(), scratch);
    return open(overlay, settings, settings.withoutLimits(), overlay);
  }

  /// @param limits what holds for writing
  /// @param atEnd closed at the end of the store
  private Opened open(Disk disk, Settings settings, Settings limits, Closeable atEnd)
      throws IOException {
    boolean done = false;
    try {
      Opened store = load(disk, settings, limits, atEnd);
      done = true;
      return store;
    } finally {
      if (!done) {
        atEnd.close();
      }
    }
  }

  private Opened load(Disk disk, Settings settings, Settings limits, Closeable atEnd)
      throws IOException {
    ChunkLayout layout = new ChunkLayout(settings.folder());
    ChunkIndex index = new ChunkIndex(new SplittableRandom().nextLong());
    Catalog catalog = new Catalog(index);
    OwnedChunks owned = new OwnedChunks(disk, threads, layout, catalog, limits, System::nanoTime);
    owned.load();
    AdoptedFiles adopted = new AdoptedFiles(disk, threads, layout, index, noteAfterBytes);
    adopted.load();
    return new Opened(atEnd, settings, catalog, owned, adopted);
  }

  private static UserFaultException unusable(Path folder, IOException cause) {
    boolean rights =
        cause instanceof AccessDeniedException
            || cause instanceof FileSystemException named
                && String.valueOf(named.getReason()).contains("Read-only");
    return new UserFaultException(
        "%s: cannot be used as a store (%s): %s"
            .formatted(
                folder,
                DiskFaults.reason(cause),
                rights
                    ? "make it writable for this user, or choose another folder with "
                        + Settings.KEYS
                        + "path"
                    : DiskFaults.cure(cause)),
        cause);
  }

  private void count(Metrics metrics) {
    Opened store = store();
    metrics.gauge("chunks", "Chunks in the store, adopted ones included", store.catalog()::chunks);
    metrics.gauge("owned_bytes", "Bytes that the store wrote itself", store.catalog()::ownedBytes);
    metrics.gauge(
        "adopted_bytes",
        "Bytes in users' files that are served in place",
        store.catalog()::adoptedBytes);
  }

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    Optional<ChunkKey> key = ChunkKey.of(cid);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    Optional<ChunkReader> own = store().owned().open(key.get());
    return own.isPresent() ? own : store().adopted().chunks().open(key.get());
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException {
    Optional<ChunkKey> key = ChunkKey.of(cid);
    if (key.isEmpty()) {
      return Optional.empty();
    }
    OptionalInt own = store().owned().sizeBytes(key.get());
    OptionalInt size = own.isPresent() ? own : store().adopted().chunks().sizeBytes(key.get());
    return size.isEmpty()
        ? Optional.empty()
        : Optional.of(new StoredChunk(cid, size.getAsInt(), own.isPresent()));
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
    return store().owned().put(key, bytes);
  }

  @Override
  public boolean delete(Cid cid) throws IOException {
    Optional<ChunkKey> key = ChunkKey.of(cid);
    if (key.isEmpty()) {
      return false;
    }
    boolean removed = store().owned().delete(key.get());
    return store().adopted().chunks().delete(key.get()) || removed;
  }

  @Override
  public void copies(Cid cid, CopySink each) throws IOException, RetryableException {
    Optional<ChunkKey> key = ChunkKey.of(cid);
    if (key.isPresent() && store().owned().copies(key.get(), each)) {
      store().adopted().chunks().copies(key.get(), each);
    }
  }

  @Override
  public void chunks(ChunkSink each) {
    store().catalog().forEach(each);
  }

  @Override
  public StoreUsage usage() throws IOException {
    Opened store = store();
    return StoreUsage.builder()
        .chunks(store.catalog().chunks())
        .ownedBytes(store.catalog().ownedBytes())
        .adoptedBytes(store.catalog().adoptedBytes())
        .quotaBytes(store.settings().quotaBytes())
        .availableBytes(store.owned().availableBytes())
        .build();
  }

  @Override
  public void sync() throws IOException {
    Opened store = store();
    try {
      store.owned().sync();
    } catch (IOException e) {
      try {
        store.adopted().sync();
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
    store.adopted().sync();
  }

  @Override
  public Optional<FileBacked> fileBacked() {
    return Optional.of(store().adopted());
  }

  @Override
  public void close() {
    @Nullable Opened store = opened;
    opened = null;
    if (store == null) {
      return;
    }
    store.owned().close();
    try {
      store.adopted().close();
    } catch (IOException e) {
      LOG.debug("the journal in {} did not close well", store.settings().folder(), e);
    }
    try {
      store.atEnd().close();
    } catch (IOException e) {
      LOG.debug("{} was not left well", store.settings().folder(), e);
    }
  }

  private Opened store() {
    @Nullable Opened store = opened;
    if (store == null) {
      throw new IllegalStateException("the store is not started");
    }
    return store;
  }
}
