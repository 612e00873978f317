package io.shoal.transport.tcp.connection;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Runs tasks one after the other on a virtual thread that lives only while there are tasks. How
/// many wait is bounded by who submits.
final class SerialInbox {
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final String threadName;
  private boolean running;
  private boolean closed;

  SerialInbox(String threadName) {
    this.threadName = threadName;
  }

  void submit(Runnable task) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      tasks.add(task);
      if (!running) {
        running = true;
        Thread.ofVirtual().name(threadName).start(this::drain);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Forgets what waits; a task that runs goes on.
  void close() {
    lock.lock();
    try {
      closed = true;
      tasks.clear();
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable task = tasks.poll();
      running = task != null;
      return task;
    } finally {
      lock.unlock();
    }
  }
}
