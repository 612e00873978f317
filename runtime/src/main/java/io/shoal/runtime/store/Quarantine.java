package io.shoal.runtime.store;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks stored chunks against their ids, and quarantines copies that are corrupt: the store no
/// longer serves them. Usable from any thread.
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  /// A store that gives a corrupt copy again and again has a bug: it is left after so many.
  private static final int MAX_COPIES = 1_000;

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
  public Found open(Cid cid) throws IOException, RetryableException {
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

  /// A copy of the chunk was found corrupt: quarantines copies until one is right. The store
  /// removes only the very copy that was read, so that threads which find the same corrupt copy
  /// need no lock.
  ///
  /// @return whether a copy is right; if not, the chunk is no longer here
  public boolean settle(Cid cid) throws IOException, RetryableException {
    verified.remove(cid);
    for (int copies = 0; copies < MAX_COPIES; copies++) {
      Optional<ChunkReader> opened = store.open(cid);
      if (opened.isEmpty()) {
        return false;
      }
      try (ChunkReader reader = opened.get()) {
        if (check.matches(cid, reader)) {
          verified.add(cid);
          return true;
        }
        if (reader.discard()) {
          LOG.warn("{} is corrupt: this copy was quarantined", cid);
        }
      }
    }
    throw new IOException(
        "%s: more than %d copies of it are corrupt: check the disk".formatted(cid, MAX_COPIES));
  }

  /// Reads every copy of a chunk, those that are not served as well, and quarantines the corrupt
  /// ones.
  ///
  /// @param read receives the size of each copy
  /// @return how many were corrupt
  public int audit(Cid cid, LongConsumer read) throws IOException, RetryableException {
    AtomicInteger corrupt = new AtomicInteger();
    store.copies(
        cid,
        copy -> {
          read.accept(copy.sizeBytes());
          if (!check.matches(cid, copy) && copy.discard()) {
            verified.remove(cid);
            corrupt.incrementAndGet();
          }
          return true;
        });
    if (corrupt.get() > 0) {
      LOG.warn("{} is corrupt: {} of its copies were quarantined", cid, corrupt);
    }
    return corrupt.get();
  }
}
