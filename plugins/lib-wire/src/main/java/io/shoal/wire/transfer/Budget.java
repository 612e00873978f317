package io.shoal.wire.transfer;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A bounded amount that many threads take from, first come first served. Threads that wait when it
/// is closed get nothing.
public final class Budget {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();
  private long nextTurn;
  private int available;
  private boolean closed;

  public Budget(int amount) {
    this.available = amount;
  }

  /// Waits for its turn and for `amount`.
  ///
  /// @return whether it got it; not if the budget is closed
  public boolean take(int amount) throws InterruptedException {
    lock.lockInterruptibly();
    long turn = nextTurn++;
    try {
      waiting.add(turn);
      while (!closed && (waiting.getFirst() != turn || available < amount)) {
        changed.await();
      }
      if (!closed) {
        available -= amount;
      }
      return !closed;
    } finally {
      waiting.remove(turn);
      changed.signalAll();
      lock.unlock();
    }
  }

  public void give(int amount) {
    lock.lock();
    try {
      available += amount;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
