package io.shoal.runtime.plugin.border;

/// A call that a thread makes now. The thread is interrupted for it only as long as it runs.
/// Thread-safe.
final class RunningCall {
  private final Thread thread;
  private boolean ended;
  private boolean overdue;

  RunningCall(Thread thread) {
    this.thread = thread;
  }

  /// Interrupts it since it takes too long.
  synchronized void miss() {
    if (!ended && !overdue) {
      overdue = true;
      thread.interrupt();
    }
  }

  synchronized void interrupt() {
    if (!ended) {
      thread.interrupt();
    }
  }

  synchronized boolean overdue() {
    return overdue;
  }

  /// It has ended. The interrupt of a missed deadline was for it alone.
  synchronized void end() {
    ended = true;
    if (overdue) {
      Thread.interrupted();
    }
  }
}
