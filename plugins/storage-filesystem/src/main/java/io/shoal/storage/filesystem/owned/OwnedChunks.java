package io.shoal.storage.filesystem.owned;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.chunk.StagedChunk;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import io.shoal.storage.filesystem.disk.DiskFile;
import io.shoal.storage.filesystem.disk.ForceThreads;
import io.shoal.storage.filesystem.disk.NotOpenedException;
import io.shoal.storage.filesystem.disk.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The chunks that the store wrote itself.
///
/// A chunk is written to a temporary file, which is then renamed to a staged one: from then on it
/// is whole, and outlives the process. A sync forces all staged files side by side, renames each to
/// its place under `chunks`, then forces the folders: what lies there is whole and durable, so that
/// a start needs to believe nothing else. While much is written, forcing begins before the sync; a
/// chunk whose force fails is removed at once, and the sync fails. After a power loss (another boot
/// id) what is staged may have holes and is swept.
public final class OwnedChunks {
  private static final Logger LOG = LoggerFactory.getLogger(OwnedChunks.class);

  /// Chunks that wait for a sync before a put makes one by itself: bounds what is kept in memory
  /// for them to about 2 MB.
  static final int MAX_STAGED = 8192;

  /// Bytes put in that are forced together, while more is still written: the disk works from the
  /// first second on, and what a sync finds left to do at the end is small.
  public static final long FORCE_BEHIND_BYTES = 64L << 20;

  /// How often a chunk is looked for again when it moves from its staged to its durable place at
  /// the same moment.
  private static final int MAX_LOOKS = 3;

  private final Disk disk;
  private final ForceThreads threads;
  private final ChunkLayout layout;
  private final Catalog catalog;
  private final SpaceBudget space;
  private final Removals removals;
  private final AtomicLong numbers = new AtomicLong();
  // Guarded by this: one sync at a time, for as long as it takes; the second one finds most of its
  // work done.
  private final Set<String> knownFolders = new HashSet<>();
  private final Set<StagedChunk> forced = new HashSet<>();
  private final Map<StagedChunk, IOException> lost = new LinkedHashMap<>();
  private boolean closed;
  private final AtomicLong unforcedBytes = new AtomicLong();
  private final AtomicBoolean forcingBehind = new AtomicBoolean();

  public OwnedChunks(
      Disk disk,
      ForceThreads threads,
      ChunkLayout layout,
      Catalog catalog,
      Settings settings,
      LongSupplier nanoTime) {
    this.disk = disk;
    this.threads = threads;
    this.layout = layout;
    this.catalog = catalog;
    this.removals = new Removals(disk, layout, catalog, numbers::incrementAndGet);
    this.space = new SpaceBudget(disk, settings, catalog::ownedBytes, nanoTime);
  }

  /// Finds what is there. Called once, before anything else.
  public void load() throws IOException {
    boolean sameBoot = loadStaged();
    disk.forceFolder(layout.chunks());
    for (Disk.Entry folder : disk.list(layout.chunks())) {
      if (!folder.folder() || !folder.name().matches("[0-9a-f]{2}")) {
        continue;
      }
      knownFolders.add(folder.name());
      if (sameBoot) {
        // An earlier process may have ended before it forced what it moved here.
        catalog.folderChanged(folder.name());
      }
      for (Disk.Entry file : disk.list(layout.chunks().resolve(folder.name()))) {
        Optional<ChunkKey> key = ChunkKey.ofFileName(file.name());
        if (key.isPresent()
            && key.get().folderName().equals(folder.name())
            && file.sizeBytes() >= 0
            && file.sizeBytes() <= ChunkLayout.MAX_CHUNK_SIZE_BYTES) {
          catalog.addDurable(key.get(), (int) file.sizeBytes());
        } else {
          LOG.debug(
              "{}/{}/{} is not a chunk: left alone", layout.chunks(), folder.name(), file.name());
        }
      }
    }
  }

  /// @return whether what an earlier process wrote and did not force may still be in memory only
  private boolean loadStaged() throws IOException {
    BootMark boot = new BootMark(disk, layout.boot());
    boolean sameBoot = boot.isOfThisBoot();
    for (Disk.Entry file : disk.list(layout.staging())) {
      Optional<StagedChunk> chunk =
          file.folder() || file.sizeBytes() > ChunkLayout.MAX_CHUNK_SIZE_BYTES
              ? Optional.empty()
              : ChunkLayout.stagedChunk(file.name(), (int) file.sizeBytes());
      boolean kept = sameBoot && chunk.isPresent() && catalog.addStaged(chunk.get());
      if (kept) {
        numbers.accumulateAndGet(chunk.get().number(), Math::max);
      } else if (!file.folder()) {
        disk.delete(layout.staging().resolve(file.name()));
      }
    }
    if (!sameBoot) {
      boot.write();
    }
    return sameBoot;
  }

  public Optional<ChunkReader> open(ChunkKey key) throws IOException, RetryableException {
    for (int look = 0; look < MAX_LOOKS; look++) {
      Optional<Catalog.Owned> place = catalog.owned(key);
      if (place.isEmpty()) {
        return Optional.empty();
      }
      Path path = removals.path(key, place.get());
      try {
        return Optional.of(OwnedReader.of(removals, key, disk.read(path)));
      } catch (NoSuchFileException e) {
        LOG.trace("{} may just have moved to its durable place", path);
      } catch (IOException e) {
        if (DiskFaults.descriptors(e)) {
          throw DiskFaults.tooManyOpen(path, e);
        }
        throw DiskFaults.explained(path, "cannot be read", e);
      }
    }
    LOG.warn(
        "{}: the chunk's file was deleted: it is fetched again when needed", layout.chunk(key));
    catalog.removeOwned(key);
    return Optional.empty();
  }

  /// How much may still be written.
  public long availableBytes() throws IOException {
    return space.availableBytes();
  }

  public OptionalInt sizeBytes(ChunkKey key) {
    return catalog
        .owned(key)
        .map(place -> OptionalInt.of(place.sizeBytes()))
        .orElse(OptionalInt.empty());
  }

  /// Stores a chunk: its bytes go to a temporary file, which becomes a staged one.
  ///
  /// @return false if it was there
  public boolean put(ChunkKey key, ByteBuffer bytes) throws IOException, RetryableException {
    if (catalog.owned(key).isPresent()) {
      bytes.position(bytes.limit());
      return false;
    }
    StagedChunk chunk = new StagedChunk(key, numbers.incrementAndGet(), bytes.remaining());
    space.reserve(chunk.sizeBytes());
    boolean isNew;
    try {
      isNew = stage(chunk, bytes);
    } finally {
      space.release(chunk.sizeBytes());
    }
    if (catalog.stagedCount() >= MAX_STAGED) {
      sync();
    } else if (unforcedBytes.addAndGet(chunk.sizeBytes()) >= threads.behindBytes()
        && forcingBehind.compareAndSet(false, true)) {
      unforcedBytes.set(0);
      threads.behind(this::forceBehind);
    }
    return isNew;
  }

  private boolean stage(StagedChunk chunk, ByteBuffer bytes)
      throws IOException, RetryableException {
    Path temporary = layout.temporary(chunk.number());
    Path staged = layout.staged(chunk.key(), chunk.number());
    Path failing = temporary;
    try {
      try (DiskFile file = disk.create(temporary)) {
        file.write(bytes);
      }
      failing = staged;
      disk.move(temporary, staged);
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw fault(failing, e);
    }
    boolean isNew = catalog.addStaged(chunk);
    if (!isNew) {
      deleteQuietly(staged); // another writer of the same chunk was first
    }
    return isNew;
  }

  private synchronized void forceBehind() {
    try {
      if (closed) {
        return;
      }
      List<StagedChunk> batch = unforced(catalog.staged());
      Map<StagedChunk, IOException> failed = threads.forceAll(batch, chunk -> forceStaged(chunk));
      for (StagedChunk chunk : batch) {
        @Nullable IOException why = failed.get(chunk);
        if (why instanceof NotOpenedException) {
          continue; // the sync tries again
        }
        if (why != null) {
          drop(chunk);
          // The sync that the writers wait for reports it.
          lost.put(chunk, why);
        }
        forced.add(chunk);
      }
    } finally {
      forcingBehind.set(false);
    }
  }

  private List<StagedChunk> unforced(List<StagedChunk> batch) {
    return batch.stream().filter(chunk -> !forced.contains(chunk)).toList();
  }

  /// Waits for what is being forced; nothing touches the disk afterwards.
  public synchronized void close() {
    closed = true;
    removals.close();
  }

  private IOException fault(Path path, IOException cause) throws IOException, RetryableException {
    if (DiskFaults.full(cause)) {
      StoreFullException full = space.full();
      full.initCause(cause);
      throw full;
    }
    if (DiskFaults.descriptors(cause)) {
      throw DiskFaults.tooManyOpen(path, cause);
    }
    return DiskFaults.explained(path, "cannot be written", cause);
  }

  public boolean delete(ChunkKey key) throws IOException {
    return removals.delete(key);
  }

  /// Shows the chunk to `each`, if it is here.
  ///
  /// @return whether to go on with other copies
  public boolean copies(ChunkKey key, ChunkStore.CopySink each)
      throws IOException, RetryableException {
    Optional<ChunkReader> copy = open(key);
    if (copy.isEmpty()) {
      return true;
    }
    try (ChunkReader reader = copy.get()) {
      return each.copy(reader);
    }
  }

  /// Makes durable what was put in and removed before.
  ///
  /// @throws IOException a chunk whose bytes could not be forced is removed; all others are durable
  public synchronized void sync() throws IOException {
    List<StagedChunk> batch = catalog.staged();
    Map<StagedChunk, IOException> failed = new LinkedHashMap<>(lost);
    failed.putAll(threads.forceAll(unforced(batch), chunk -> forceStaged(chunk)));
    lost.clear();
    forced.clear();
    for (StagedChunk chunk : batch) {
      if (failed.get(chunk) instanceof NotOpenedException) {
        continue; // it stays staged, whole: the next sync forces it
      }
      if (failed.containsKey(chunk)) {
        // A second force would succeed without having written anything: the bytes are lost.
        drop(chunk);
      } else {
        try {
          promote(chunk);
        } catch (IOException e) {
          failed.put(chunk, e); // it stays staged, whole and forced: the next sync moves it
        }
      }
    }
    forceFolders(batch);
    ForceThreads.throwFirst(failed);
  }

  private void forceStaged(StagedChunk chunk) throws IOException {
    try {
      disk.forceFile(layout.staged(chunk.key(), chunk.number()));
    } catch (NoSuchFileException e) {
      if (catalog.owned(chunk.key()).isPresent()) {
        throw e;
      }
      // Deleted since the batch was made.
    }
  }

  private void promote(StagedChunk chunk) throws IOException {
    Path target = layout.chunk(chunk.key());
    String folder = chunk.key().folderName();
    if (!knownFolders.contains(folder)) {
      disk.createFolders(layout.folder(chunk.key()));
      disk.forceFolder(layout.chunks());
      knownFolders.add(folder);
    }
    Path staged = layout.staged(chunk.key(), chunk.number());
    try {
      disk.move(staged, target);
    } catch (NoSuchFileException e) {
      if (disk.stat(staged).isPresent()) {
        throw e; // its folder is not there
      }
      drop(chunk);
      return;
    }
    if (!catalog.promoted(chunk)) {
      disk.delete(target);
    }
  }

  private void forceFolders(List<StagedChunk> batch) throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String name : catalog.takeChangedFolders()) {
      if (knownFolders.contains(name)) {
        folders.add(layout.chunks().resolve(name));
      }
    }
    Map<Path, IOException> failed = threads.forceAll(folders, disk::forceFolder);
    // An earlier process may have moved chunks there and not forced the folder: the next sync must
    // fail for callers that found them and count on them. Names are not dropped by a force that
    // failed, as bytes are: a second force writes them.
    failed.keySet().forEach(folder -> catalog.folderChanged(String.valueOf(folder.getFileName())));
    for (StagedChunk chunk : batch) {
      @Nullable IOException why = failed.get(layout.folder(chunk.key()));
      if (why != null && !(why instanceof NotOpenedException)) {
        delete(chunk.key());
      }
    }
    ForceThreads.throwFirst(failed);
  }

  private void drop(StagedChunk chunk) {
    catalog.removeStaged(chunk);
    deleteQuietly(layout.staged(chunk.key(), chunk.number()));
  }

  /// Deletes a file that the next start would sweep anyway.
  private void deleteQuietly(Path file) {
    try {
      disk.delete(file);
    } catch (IOException e) {
      LOG.debug("{} is left for the next start to sweep", file, e);
    }
  }
}
