package io.shoal.storage.rocksdb;

import io.shoal.api.StoreFullException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.function.LongSupplier;

/// Counts what is stored and says, before anything is written, whether there is room for more.
final class SpaceBudget {
  /// The room that a chunk takes on disk beyond its bytes: its record, and its share of filters and
  /// indexes.
  private static final int OVERHEAD_BYTES = 128;

  /// How much may be stored on one look at the disk. Other programs write to it too, so it must not
  /// become old; one look a chunk would cost as much as a small chunk itself.
  private static final long LOOK_VALID_BYTES = 64L << 20;

  private static final long LOOK_VALID_NANOS = 1_000_000_000L;

  private final Settings settings;
  private final LongSupplier nanoTime;
  // Guarded by this.
  private long chunks;
  private long ownedBytes;
  private boolean looked;
  private long freeBytes;
  private long writtenSinceLookBytes;
  private long lookedAtNanos;

  /// @param nanoTime monotonic, any origin
  SpaceBudget(Settings settings, long chunks, long ownedBytes, LongSupplier nanoTime) {
    this.settings = settings;
    this.chunks = chunks;
    this.ownedBytes = ownedBytes;
    this.nanoTime = nanoTime;
  }

  /// Counts a chunk that is about to be stored.
  void add(int sizeBytes) throws IOException, StoreFullException {
    if (take(sizeBytes, lookIsValid())) {
      return;
    }
    look();
    if (!take(sizeBytes, true)) {
      throw full();
    }
  }

  /// A chunk was removed, or not stored after all.
  synchronized void remove(int sizeBytes) {
    chunks--;
    ownedBytes -= sizeBytes;
  }

  synchronized long chunks() {
    return chunks;
  }

  synchronized long ownedBytes() {
    return ownedBytes;
  }

  /// How much may still be stored.
  long availableBytes() throws IOException {
    if (!lookIsValid()) {
      look();
    }
    synchronized (this) {
      return Math.max(0, Math.min(quotaRoom(), diskRoom()));
    }
  }

  private StoreFullException full() throws IOException {
    long free = usableBytes();
    synchronized (this) {
      if (quotaRoom() <= diskRoom()) {
        return new StoreFullException(
            "%s: the quota of %s is used up: run 'shoal gc', unpin something or raise %squota; what waits goes on by itself"
                .formatted(settings.folder(), Faults.size(settings.quotaBytes()), Settings.KEYS));
      }
      return new StoreFullException(
          "%s: no space left (%s free, floor %s): free space or lower %sfreeSpaceFloor; what waits goes on by itself"
              .formatted(
                  settings.folder(),
                  Faults.size(free),
                  Faults.size(settings.freeSpaceFloorBytes()),
                  Settings.KEYS));
    }
  }

  private synchronized boolean take(int sizeBytes, boolean looked) {
    long onDisk = (long) sizeBytes + OVERHEAD_BYTES;
    if (!looked || sizeBytes > quotaRoom() || onDisk > diskRoom()) {
      return false;
    }
    chunks++;
    ownedBytes += sizeBytes;
    writtenSinceLookBytes += onDisk;
    return true;
  }

  private synchronized boolean lookIsValid() {
    return looked
        && writtenSinceLookBytes < LOOK_VALID_BYTES
        && nanoTime.getAsLong() - lookedAtNanos < LOOK_VALID_NANOS;
  }

  private void look() throws IOException {
    long free = usableBytes();
    synchronized (this) {
      looked = true;
      freeBytes = free;
      writtenSinceLookBytes = 0;
      lookedAtNanos = nanoTime.getAsLong();
    }
  }

  private long usableBytes() throws IOException {
    FileStore disk = Files.getFileStore(settings.folder());
    return disk.getUsableSpace();
  }

  private long quotaRoom() {
    return settings.quotaBytes() - ownedBytes;
  }

  private long diskRoom() {
    return freeBytes - settings.freeSpaceFloorBytes() - writtenSinceLookBytes;
  }
}
