package io.shoal.runtime.serving;

import io.shoal.api.Cid;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.limit.TokenBucket;
import io.shoal.runtime.peer.PeerKey;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Lets a node with a low rate send each chunk to one peer at a time, and to no other for a moment
/// after that: the peers of a swarm give each other what one of them has, and many that are served
/// at once would all wait for the time of many copies. Nothing waits here while the rate is unused.
/// Usable from any thread.
final class SlowChunks {
  /// A chunk that the whole rate sends in less time is sent to each that asks.
  private static final double SLOW_SECONDS = 1;

  /// How long the others of a swarm have to fetch a chunk from the peer that got it.
  private static final long PASS_ON_NANOS = TimeUnit.SECONDS.toNanos(3);

  /// A peer that has waited for so long is served if the rate is unused: the peer that is sent the
  /// chunk takes next to nothing. Two of the times over which the use is measured.
  static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(4);

  /// How often a waiting peer looks whether the rate is used.
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Above this number those are forgotten that were sent long ago.
  private static final int MAX_REMEMBERED = 1_024;

  private static final class Sending {
    private final PeerKey peer;
    private int running;
    private long passedOnNanos;

    Sending(PeerKey peer) {
      this.peer = peer;
    }
  }

  private final FairRateLimiter limiter;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Cid, Sending> sendings = new HashMap<>();

  /// @param nanoTime monotonic, any origin
  SlowChunks(FairRateLimiter limiter, LongSupplier nanoTime) {
    this.limiter = limiter;
    this.nanoTime = nanoTime;
  }

  /// Whether a chunk of this size is one that takes long.
  boolean isSlow(int sizeBytes) {
    return limiter.bytesPerSecond() != TokenBucket.UNLIMITED
        && sizeBytes > limiter.bytesPerSecond() * SLOW_SECONDS;
  }

  /// Waits until the chunk may be sent to the peer.
  ///
  /// @param mostNanos how long
  /// @return whether it may; then [#ended] is due
  boolean begin(Cid cid, PeerKey peer, long mostNanos) throws InterruptedException {
    long began = nanoTime.getAsLong();
    lock.lockInterruptibly();
    try {
      while (true) {
        long now = nanoTime.getAsLong();
        if (mayBegin(cid, peer, now, now - began)) {
          // The peer that was sent it before and takes nothing has no claim any more.
          Sending own = sendings.get(cid);
          if (own == null || !own.peer.equals(peer)) {
            own = new Sending(peer);
            sendings.put(cid, own);
          }
          own.running++;
          return true;
        }
        if (now - began >= mostNanos) {
          return false;
        }
        var _ = changed.awaitNanos(Math.min(LOOK_NANOS, mostNanos - (now - began)));
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean mayBegin(Cid cid, PeerKey peer, long now, long waitedNanos) {
    forgetOld(now);
    Sending sending = sendings.get(cid);
    return sending == null
        || sending.peer.equals(peer)
        || sending.running == 0 && now - sending.passedOnNanos >= PASS_ON_NANOS
        || waitedNanos >= SETTLED_NANOS && limiter.hasSpare();
  }

  private void forgetOld(long now) {
    if (sendings.size() > MAX_REMEMBERED) {
      sendings
          .values()
          .removeIf(old -> old.running == 0 && now - old.passedOnNanos >= PASS_ON_NANOS);
    }
  }

  /// @param whole whether the peer was sent all of it
  void ended(Cid cid, PeerKey peer, boolean whole) {
    lock.lock();
    try {
      Sending sending = sendings.get(cid);
      if (sending == null || !sending.peer.equals(peer)) {
        return;
      }
      sending.running--;
      if (whole) {
        sending.passedOnNanos = nanoTime.getAsLong();
      } else if (sending.running == 0) {
        sendings.remove(cid);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
