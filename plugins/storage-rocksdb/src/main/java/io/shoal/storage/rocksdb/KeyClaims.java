package io.shoal.storage.rocksdb;

import java.io.InterruptedIOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/// One change of a chunk at a time: who changes it looks first, so the look and the change must be
/// one. Also hands out the numbers of copies, and knows which of them are settled.
final class KeyClaims {
  private static final long NONE = -1;

  private final ConcurrentMap<ChunkKey, Claim> claims = new ConcurrentHashMap<>();
  private final AtomicLong lastNumber;

  /// @param lastNumber larger than that of every copy that is there
  KeyClaims(long lastNumber) {
    this.lastNumber = new AtomicLong(lastNumber);
  }

  /// Waits until no other thread changes the chunk.
  Claim take(ChunkKey key) throws InterruptedIOException {
    Claim mine = new Claim(key);
    Claim other = claims.putIfAbsent(key, mine);
    while (other != null) {
      other.awaitEnd();
      other = claims.putIfAbsent(key, mine);
    }
    return mine;
  }

  /// A number that is as large as every copy's whose writing has ended, and smaller than that of
  /// any that is being written.
  long settledNumber() {
    long last = lastNumber.get();
    // A writer stands in the table before it takes a number: all up to the last are seen.
    for (Claim claim : claims.values()) {
      last = Math.min(last, claim.before());
    }
    return last;
  }

  /// The right to change one chunk.
  final class Claim implements AutoCloseable {
    private final ChunkKey key;
    // Guarded by this.
    private long number = NONE;
    private boolean ended;

    private Claim(ChunkKey key) {
      this.key = key;
    }

    /// A number for a new copy.
    synchronized long newNumber() {
      number = lastNumber.incrementAndGet();
      return number;
    }

    private synchronized long before() {
      return number == NONE ? Long.MAX_VALUE : number - 1;
    }

    private synchronized void awaitEnd() throws InterruptedIOException {
      try {
        while (!ended) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("a change of a chunk was interrupted");
      }
    }

    @Override
    public void close() {
      claims.remove(key, this);
      synchronized (this) {
        ended = true;
        notifyAll();
      }
    }
  }
}
