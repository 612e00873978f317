package io.shoal.storage.s3;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How many requests may run at once: as many as the configuration allows, and fewer while the
/// service or the link does not bear so many. The number is halved when a request found no answer
/// in time or was told to slow down, and grows by one for as many requests as run that went well.
///
/// Without it a slow link would carry 64 chunks at once, none of them in time.
final class RequestLimit {
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();

  // All guarded by the lock.
  private double allowed;
  private int running;
  private long round;

  /// @param most 1 or more
  RequestLimit(int most) {
    this.most = most;
    this.allowed = most;
  }

  /// Waits for a place.
  ///
  /// @return the round in which the request begins, for [#leave]; -1 if there was no place in time
  long enter(long waitNanos) throws InterruptedException {
    long left = waitNanos;
    lock.lockInterruptibly();
    try {
      while (running >= (int) allowed) {
        if (left <= 0) {
          return -1;
        }
        left = freed.awaitNanos(left);
      }
      running++;
      return round;
    } finally {
      lock.unlock();
    }
  }

  /// Gives the place back. Of all requests that ran together when the service was overloaded the
  /// first lowers the number, once.
  ///
  /// @param begun what [#enter] returned
  /// @param overloaded whether it was too much for the service or the link
  /// @param done whether the service did what was asked
  void leave(long begun, boolean overloaded, boolean done) {
    lock.lock();
    try {
      running--;
      if (overloaded && begun == round) {
        allowed = Math.max(1, allowed / 2);
        round++;
      } else if (done) {
        allowed = Math.min(most, allowed + 1 / allowed);
      }
      freed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// How many may run at once now.
  int allowed() {
    lock.lock();
    try {
      return (int) allowed;
    } finally {
      lock.unlock();
    }
  }
}
