package io.shoal.storage.filesystem.owned;

import io.shoal.api.StoreFullException;
import io.shoal.storage.filesystem.chunk.ChunkLayout;
import io.shoal.storage.filesystem.disk.Disk;
import io.shoal.storage.filesystem.disk.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/// Says whether there is room before anything is written, and holds the room of writers that have
/// not ended.
final class SpaceBudget {
  /// The room that a file takes on disk beyond its bytes, roughly: a block that is not full, and
  /// its inode.
  private static final long FILE_OVERHEAD_BYTES = 4096;

  /// How much may be reserved on one look at the disk. Other programs write to it too, so it must
  /// not become old; one look a chunk would cost as much as a small chunk itself.
  private static final long LOOK_VALID_BYTES = 64L << 20;

  private static final long LOOK_VALID_NANOS = 1_000_000_000L;

  private final Disk disk;
  private final Settings settings;
  private final LongSupplier ownedBytes;
  private final LongSupplier nanoTime;
  // Guarded by this.
  private long reservedBytes;
  private long freeBytes;
  private long reservedSinceLookBytes;
  private long lookedAtNanos;
  private boolean looked;

  SpaceBudget(Disk disk, Settings settings, LongSupplier ownedBytes, LongSupplier nanoTime) {
    this.disk = disk;
    this.settings = settings;
    this.ownedBytes = ownedBytes;
    this.nanoTime = nanoTime;
  }

  /// Holds room for a chunk until [#release].
  void reserve(int sizeBytes) throws IOException, StoreFullException {
    if (take(sizeBytes, lookIsValid())) {
      return;
    }
    look();
    if (!take(sizeBytes, true)) {
      throw full();
    }
  }

  /// Gives room back: the chunk is stored and counts by itself, or it is not stored.
  synchronized void release(int sizeBytes) {
    reservedBytes -= sizeBytes;
  }

  /// How much may still be reserved.
  long availableBytes() throws IOException {
    if (!lookIsValid()) {
      look();
    }
    synchronized (this) {
      return Math.max(0, Math.min(quotaRoom(), diskRoom()));
    }
  }

  /// The error of a writer that found no room.
  StoreFullException full() throws IOException {
    long free = disk.usableBytes(settings.folder());
    synchronized (this) {
      Path folder = settings.folder();
      if (quotaRoom() < ChunkLayout.MAX_CHUNK_SIZE_BYTES && quotaRoom() <= diskRoom()) {
        return new StoreFullException(
            "%s: the quota of %s is used up: run 'shoal gc', unpin something or raise %squota; what waits goes on by itself"
                .formatted(folder, Sizes.text(settings.quotaBytes()), Settings.KEYS));
      }
      return new StoreFullException(
          "%s: no space left (%s free, floor %s): free space or lower %sfreeSpaceFloor; what waits goes on by itself"
              .formatted(
                  folder,
                  Sizes.text(free),
                  Sizes.text(settings.freeSpaceFloorBytes()),
                  Settings.KEYS));
    }
  }

  private synchronized boolean take(int sizeBytes, boolean looked) {
    long onDisk = sizeBytes + FILE_OVERHEAD_BYTES;
    if (!looked || sizeBytes > quotaRoom() || onDisk > diskRoom()) {
      return false;
    }
    reservedBytes += sizeBytes;
    reservedSinceLookBytes += onDisk;
    return true;
  }

  private synchronized boolean lookIsValid() {
    return looked
        && reservedSinceLookBytes < LOOK_VALID_BYTES
        && nanoTime.getAsLong() - lookedAtNanos < LOOK_VALID_NANOS;
  }

  private void look() throws IOException {
    long free = disk.usableBytes(settings.folder());
    synchronized (this) {
      looked = true;
      freeBytes = free;
      // Room that is reserved and not written yet is still free on disk.
      reservedSinceLookBytes = reservedBytes;
      lookedAtNanos = nanoTime.getAsLong();
    }
  }

  private long quotaRoom() {
    return settings.quotaBytes() - ownedBytes.getAsLong() - reservedBytes;
  }

  private long diskRoom() {
    return freeBytes - settings.freeSpaceFloorBytes() - reservedSinceLookBytes;
  }
}
