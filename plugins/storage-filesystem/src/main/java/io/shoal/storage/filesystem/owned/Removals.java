package io.shoal.storage.filesystem.owned;

import io.shoal.api.RetryableException;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.chunk.Reading;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.DiskFaults;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes owned chunks away: for good, or into quarantine.
///
/// One at a time, since a chunk can be stored again only once it is away: between the look at a
/// corrupt copy and its removal no other copy can come in its place. Removing is rare and takes a
/// rename, so one lock for all chunks does.
final class Removals {
  private static final Logger LOG = LoggerFactory.getLogger(Removals.class);

  /// How the file of a chunk goes.
  @FunctionalInterface
  private interface Removal {
    void remove(Path file) throws IOException;
  }

  private final Disk disk;
  private final ChunkLayout layout;
  private final Catalog catalog;
  private final LongSupplier numbers;
  private final Quarantine quarantine;
  private volatile boolean closed;

  /// @param numbers each differs from all before
  Removals(Disk disk, ChunkLayout layout, Catalog catalog, LongSupplier numbers) {
    this.disk = disk;
    this.layout = layout;
    this.catalog = catalog;
    this.numbers = numbers;
    this.quarantine = new Quarantine(disk, layout.quarantine());
  }

  /// Readers that are open read no more.
  void close() {
    closed = true;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the store of this reader is closed");
    }
  }

  /// The file of a chunk.
  Path path(ChunkKey key, Catalog.Owned place) {
    return place.stagedNumber().map(number -> layout.staged(key, number)).orElse(layout.chunk(key));
  }

  /// @return whether it was there
  synchronized boolean delete(ChunkKey key) throws IOException {
    return remove(key, disk::delete);
  }

  /// Quarantines the copy that `reader` has open. Its bytes tell whether it is still the one that
  /// is stored: if another came in its place meanwhile, one of the two is right.
  ///
  /// @return whether it was still there
  synchronized boolean discard(ChunkKey key, OwnedReader reader) throws IOException {
    Optional<Catalog.Owned> place = catalog.owned(key);
    if (place.isEmpty()) {
      return false;
    }
    try (OwnedReader stored = OwnedReader.of(this, key, disk.read(path(key, place.get())))) {
      if (!Reading.same(stored, reader)) {
        return false;
      }
    } catch (NoSuchFileException e) {
      return false; // the next open finds out what became of it
    } catch (RetryableException e) {
      throw new AssertionError("a disk is never busy", e);
    }
    return remove(key, file -> quarantine.take(file, key.fileName() + "." + numbers.getAsLong()));
  }

  private boolean remove(ChunkKey key, Removal removal) throws IOException {
    Optional<Catalog.Owned> place = catalog.removeOwned(key);
    if (place.isEmpty()) {
      return false;
    }
    Path path = path(key, place.get());
    try {
      removal.remove(path);
      // A sync may just have moved it on; it notices that the chunk was removed and deletes what it
      // moved.
    } catch (NoSuchFileException e) {
      LOG.debug("{} was gone already", path);
    } catch (IOException e) {
      throw DiskFaults.explained(path, "cannot be removed", e);
    }
    return true;
  }
}
