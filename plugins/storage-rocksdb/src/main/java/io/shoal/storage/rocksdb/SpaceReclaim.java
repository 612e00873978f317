package io.shoal.storage.rocksdb;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives the room of deleted chunks back to the disk. The database does so by itself only where it
/// merges files for another reason, which it never has for files of bytes.
final class SpaceReclaim {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceReclaim.class);

  /// Below, the room is not worth the writing.
  static final long MIN_DEAD_BYTES = 128L << 20;

  /// A quarter of what is stored may be dead, so a chunk is rewritten a few times at most.
  private static final int LIVE_PARTS_A_DEAD_ONE = 4;

  private final ChunkTable table;
  private final long minDeadBytes;
  private final AtomicBoolean running = new AtomicBoolean();

  /// What the last run could not give back: readers held it.
  private volatile long leftBytes;

  SpaceReclaim(ChunkTable table, long minDeadBytes) {
    this.table = table;
    this.minDeadBytes = minDeadBytes;
  }

  /// Looks whether it is time, and then works in a thread of its own: the database's call takes as
  /// long as there is to write.
  void look() {
    try {
      if (isDue() && running.compareAndSet(false, true)) {
        Thread.ofPlatform().daemon().name("storage-rocksdb-reclaim").start(this::work);
      }
    } catch (IOException e) {
      LOG.warn(e.getMessage());
    } catch (IllegalStateException e) {
      LOG.debug("the store ended before a look at its room", e);
    }
  }

  private boolean isDue() throws IOException {
    try (CallGate.Pass _ = table.gate().enter()) {
      long live = table.budget().ownedBytes();
      long due = Math.max(minDeadBytes, live / LIVE_PARTS_A_DEAD_ONE);
      return deadBytes() - leftBytes > due;
    }
  }

  /// Bytes in files of chunks that were deleted, roughly. Needs a pass.
  long deadBytes() throws IOException {
    Database database = table.database();
    long inFiles = database.figure(database.bytes(), "rocksdb.live-sst-files-size");
    long quarantined = 0;
    for (Quarantine.Entry entry : table.quarantine().entries()) {
      quarantined += entry.record().sizeBytes();
    }
    return Math.max(0, inFiles - table.budget().ownedBytes() - quarantined);
  }

  private void work() {
    try (CallGate.Pass _ = table.gate().enter()) {
      long before = deadBytes();
      table.database().compactBytes();
      leftBytes = deadBytes();
      LOG.info(
          "{}: {} of deleted chunks went back to the disk",
          table.database().folder(),
          Faults.size(Math.max(0, before - leftBytes)));
    } catch (IOException e) {
      LOG.warn(e.getMessage());
    } catch (IllegalStateException e) {
      LOG.debug("the store ended before its room was given back", e);
    } finally {
      running.set(false);
    }
  }
}
