package io.shoal.wire.connection;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Runs tasks one after the other on a virtual thread that lives only while there are tasks. The
/// submitter bounds how many wait.
final class SerialInbox {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final String threadName;
  private boolean running;
  private boolean closed;

  SerialInbox(String threadName) {
    this.threadName = threadName;
  }

  synchronized void submit(Runnable task) {
    if (closed) {
      return;
    }
    tasks.add(task);
    if (!running) {
      running = true;
      Thread.ofVirtual().name(threadName).start(this::drain);
    }
  }

  /// Drops the tasks that wait; one that runs goes on.
  synchronized void close() {
    closed = true;
    tasks.clear();
  }

  private void drain() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable task = tasks.poll();
    running = task != null;
    return task;
  }
}
