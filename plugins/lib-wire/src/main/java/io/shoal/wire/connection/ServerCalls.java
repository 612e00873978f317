package io.shoal.wire.connection;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the calls of one connection to the node: none runs before the node was notified of the
/// connection, none after it was notified of its end.
final class ServerCalls {
  private enum Phase {
    BEFORE,
    OPEN,
    CLOSED
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Phase phase = Phase.BEFORE;
  private int running;

  /// The node was notified of the connection.
  void open() {
    lock.lock();
    try {
      if (phase == Phase.BEFORE) {
        phase = Phase.OPEN;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until calls are allowed; [#exit] is due if they are.
  boolean enter() {
    lock.lock();
    try {
      while (phase == Phase.BEFORE) {
        changed.awaitUninterruptibly();
      }
      if (phase == Phase.OPEN) {
        running++;
      }
      return phase == Phase.OPEN;
    } finally {
      lock.unlock();
    }
  }

  void exit() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Allows no more calls and waits for those that run.
  ///
  /// @return whether all ended in time
  boolean closeAndWait(long timeoutMillis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    lock.lock();
    try {
      phase = Phase.CLOSED;
      changed.signalAll();
      while (running > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
      return running == 0;
    } finally {
      lock.unlock();
    }
  }
}
