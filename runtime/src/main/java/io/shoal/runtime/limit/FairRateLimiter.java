package io.shoal.runtime.limit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Shares a byte rate among peers: the one that had least of it so far comes first, so that a peer
/// with many requests gets no more than one with few. Each peer has a rate of its own as well.
/// Usable from any thread.
public final class FairRateLimiter {
  /// The most that one permit gives, so that turns change often at low rates.
  private static final int QUANTUM_BYTES = 64 * 1024;

  /// A peer that took nothing for this long is forgotten.
  private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final class Share {
    private final TokenBucket bucket;
    private long taken;
    private int waiters;
    private long usedNanos;

    Share(TokenBucket bucket, long taken) {
      this.bucket = bucket;
      this.taken = taken;
    }
  }

  /// Whether the rate is used is looked at over this long: long enough for a peer to take up what
  /// one that ended leaves.
  private static final long USE_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(2);

  private record Waiter(Share share, int wanted, Condition turn) {}

  private final long perPeerBytesPerSecond;
  private final TokenBucket node;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Share> shares = new HashMap<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private final long nodeBytesPerSecond;
  private long windowBeganNanos;
  private long windowBytes;
  private long bytesInLastWindow;

  public FairRateLimiter(
      long nodeBytesPerSecond, long perPeerBytesPerSecond, LongSupplier nanoTime) {
    this.perPeerBytesPerSecond = perPeerBytesPerSecond;
    this.nanoTime = nanoTime;
    this.nodeBytesPerSecond = nodeBytesPerSecond;
    this.node = new TokenBucket(nodeBytesPerSecond, nanoTime.getAsLong());
    this.windowBeganNanos = nanoTime.getAsLong();
  }

  /// The rate of the whole node; [TokenBucket#UNLIMITED] if it has none.
  public long bytesPerSecond() {
    return nodeBytesPerSecond;
  }

  /// Whether most of the node's rate was left unused in the last seconds.
  public boolean hasSpare() {
    lock.lock();
    try {
      rollWindow(nanoTime.getAsLong());
      return bytesInLastWindow < nodeBytesPerSecond * 1e-9 * USE_WINDOW_NANOS / 2;
    } finally {
      lock.unlock();
    }
  }

  private void rollWindow(long now) {
    long windows = (now - windowBeganNanos) / USE_WINDOW_NANOS;
    if (windows > 0) {
      bytesInLastWindow = windows == 1 ? windowBytes : 0;
      windowBytes = 0;
      windowBeganNanos += windows * USE_WINDOW_NANOS;
    }
  }

  /// Waits until at least one more byte may go to or come from `peer`.
  ///
  /// @return 1 to `wantedBytes`
  public int permit(String peer, int wantedBytes) throws InterruptedException {
    if (node.unlimited() && perPeerBytesPerSecond == TokenBucket.UNLIMITED) {
      return wantedBytes;
    }
    lock.lockInterruptibly();
    try {
      Share share = share(peer);
      share.waiters++;
      Waiter waiter = new Waiter(share, Math.min(wantedBytes, QUANTUM_BYTES), lock.newCondition());
      waiters.add(waiter);
      try {
        return await(waiter);
      } finally {
        waiters.remove(waiter);
        share.waiters--;
        wakeNext();
      }
    } finally {
      lock.unlock();
    }
  }

  private int await(Waiter waiter) throws InterruptedException {
    while (true) {
      long now = nanoTime.getAsLong();
      int granted = grant(waiter, now);
      if (granted > 0) {
        return granted;
      }
      long nanos =
          Math.max(
              node.nanosUntil(waiter.wanted()), waiter.share().bucket.nanosUntil(waiter.wanted()));
      // With tokens here and no turn, another's permit wakes us; the bound guards against a
      // waiter that was interrupted.
      waiter.turn().awaitNanos(Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1)));
    }
  }

  private int grant(Waiter waiter, long now) {
    int own = waiter.share().bucket.available(waiter.wanted(), now);
    int all = node.available(waiter.wanted(), now);
    int granted = Math.min(own, all);
    if (granted == 0 || next(now) != waiter.share()) {
      return 0;
    }
    node.take(granted);
    rollWindow(now);
    windowBytes += granted;
    waiter.share().bucket.take(granted);
    waiter.share().taken += granted;
    waiter.share().usedNanos = now;
    return granted;
  }

  /// The peer that had least among those that wait and may take something.
  private Share next(long now) {
    Share next = waiters.getFirst().share();
    boolean found = false;
    for (Waiter waiter : waiters) {
      Share share = waiter.share();
      boolean may = share.bucket.available(waiter.wanted(), now) > 0;
      if (may && (!found || share.taken < next.taken)) {
        next = share;
        found = true;
      }
    }
    return next;
  }

  private void wakeNext() {
    if (!waiters.isEmpty()) {
      Share next = next(nanoTime.getAsLong());
      for (Waiter waiter : waiters) {
        if (waiter.share() == next) {
          waiter.turn().signal();
          return;
        }
      }
    }
  }

  private Share share(String peer) {
    long now = nanoTime.getAsLong();
    Share known = shares.get(peer);
    // A peer that comes back has no claim on what others took meanwhile, and no debt to them.
    long least = Long.MAX_VALUE;
    for (Waiter waiter : waiters) {
      least = Math.min(least, waiter.share().taken);
    }
    if (known == null) {
      shares.values().removeIf(s -> s.waiters == 0 && now - s.usedNanos > FORGET_NANOS);
      known = new Share(new TokenBucket(perPeerBytesPerSecond, now), 0);
      known.usedNanos = now;
      shares.put(peer, known);
    }
    if (known.waiters == 0 && least != Long.MAX_VALUE) {
      known.taken = Math.max(known.taken, least - QUANTUM_BYTES);
    }
    return known;
  }
}
