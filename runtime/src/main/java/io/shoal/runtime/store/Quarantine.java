package io.shoal.runtime.store;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks stored chunks against their ids, and quarantines copies that are corrupt: the store no
/// longer serves them. Usable from any thread.
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final ChunkStore store;
  private final ChunkCheck check;
  private final VerifiedChunks verified;

  public Quarantine(ChunkStore store, ChunkCheck check, VerifiedChunks verified) {
    this.store = store;
    this.check = check;
    this.verified = verified;
  }

  /// The result of [#open].
  public sealed interface Found {
    /// Its bytes are right; the caller closes the reader.
    record Right(ChunkReader reader) implements Found {}

    /// Every copy was corrupt; they were quarantined.
    record Corrupt() implements Found {}

    /// It is not here.
    record Absent() implements Found {}
  }

  /// Opens a chunk whose bytes were found right, now or earlier in this process.
  public Found open(Cid cid) throws IOException {
    Optional<ChunkReader> opened = store.open(cid);
    if (opened.isEmpty()) {
      return new Found.Absent();
    }
    boolean right = verified.contains(cid);
    try {
      right = right || check.matches(cid, opened.get());
    } finally {
      if (!right) {
        opened.get().close();
      }
    }
    if (right) {
      verified.add(cid);
      return new Found.Right(opened.get());
    }
    Optional<ChunkReader> other = settle(cid) ? store.open(cid) : Optional.empty();
    return other.<Found>map(Found.Right::new).orElse(new Found.Corrupt());
  }

  /// A copy of the chunk was found corrupt: quarantines copies until one is right. Of two threads
  /// that find the same corrupt copy, the second must look again before it removes one: else it
  /// would take the good copy behind it. Corruption is rare, so one lock for all chunks does.
  ///
  /// @return whether a copy is right; if not, the chunk is no longer here
  public synchronized boolean settle(Cid cid) throws IOException {
    verified.remove(cid);
    do {
      Optional<Boolean> right = right(cid);
      if (right.isEmpty()) {
        return false;
      }
      if (right.get()) {
        verified.add(cid);
        return true;
      }
      LOG.warn("{} is corrupt: this copy was quarantined", cid);
    } while (store.delete(cid, ChunkStore.Removal.CORRUPT));
    return false;
  }

  /// Reads every copy of a chunk, those that are not served as well, and quarantines the corrupt
  /// ones.
  ///
  /// @param read receives the size of each copy
  /// @return how many were corrupt
  public int audit(Cid cid, LongConsumer read) throws IOException {
    AtomicBoolean corrupt = new AtomicBoolean();
    store.audit(
        cid,
        copy -> {
          read.accept(copy.sizeBytes());
          if (!check.matches(cid, copy)) {
            corrupt.set(true);
          }
          return true;
        });
    if (!corrupt.get()) {
      return 0;
    }
    // Read again under the lock, where no other thread removes copies; the long first read needs
    // none.
    synchronized (this) {
      verified.remove(cid);
      int removed = store.audit(cid, copy -> check.matches(cid, copy));
      if (removed > 0) {
        LOG.warn("{} is corrupt: {} of its copies were quarantined", cid, removed);
      }
      return removed;
    }
  }

  private Optional<Boolean> right(Cid cid) throws IOException {
    try (ChunkReader reader = store.open(cid).orElse(null)) {
      return reader == null ? Optional.empty() : Optional.of(check.matches(cid, reader));
    }
  }
}
