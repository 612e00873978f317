package io.shoal.runtime.store;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether what lies in the store is what its id says, and what is done where it is not. Usable
/// from any thread.
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final ChunkStore store;
  private final ChunkCheck check;
  private final VerifiedChunks verified;

  // Of two who find the same rotten copy, the second must look again before it removes one: else it
  // would take the good copy that came to light. Rot is rare, so that one lock for all chunks does.
  private final ReentrantLock settling = new ReentrantLock();

  public Quarantine(ChunkStore store, ChunkCheck check, VerifiedChunks verified) {
    this.store = store;
    this.check = check;
    this.verified = verified;
  }

  /// What [#open] found.
  public sealed interface Found {
    /// Bytes that are right; the caller closes the reader.
    record Right(ChunkReader reader) implements Found {}

    /// Every copy was rotten; they are set aside.
    record Rotten() implements Found {}

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
    return other.<Found>map(Found.Right::new).orElse(new Found.Rotten());
  }

  /// A copy of the chunk was found rotten: sets every copy aside that is, until one is right.
  ///
  /// @return whether one is; if not, the chunk is here no longer
  public boolean settle(Cid cid) throws IOException {
    settling.lock();
    try {
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
        LOG.warn("{} is rotten here: this copy is set aside", cid);
      } while (store.delete(cid, ChunkStore.Removal.CORRUPT));
      return false;
    } finally {
      settling.unlock();
    }
  }

  /// Reads every copy of a chunk, those that are not served as well, and sets aside the rotten
  /// ones.
  ///
  /// @param read told the bytes of each copy
  /// @return how many were rotten
  public int audit(Cid cid, LongConsumer read) throws IOException {
    AtomicBoolean rotten = new AtomicBoolean();
    store.audit(
        cid,
        copy -> {
          read.accept(copy.sizeBytes());
          if (!check.matches(cid, copy)) {
            rotten.set(true);
          }
          return true;
        });
    if (!rotten.get()) {
      return 0;
    }
    // Looked at again where nobody else removes copies: reading takes long, and is done without.
    settling.lock();
    try {
      verified.remove(cid);
      int removed = store.audit(cid, copy -> check.matches(cid, copy));
      if (removed > 0) {
        LOG.warn("{} is rotten here: {} of its copies are set aside", cid, removed);
      }
      return removed;
    } finally {
      settling.unlock();
    }
  }

  private Optional<Boolean> right(Cid cid) throws IOException {
    try (ChunkReader reader = store.open(cid).orElse(null)) {
      return reader == null ? Optional.empty() : Optional.of(check.matches(cid, reader));
    }
  }
}
