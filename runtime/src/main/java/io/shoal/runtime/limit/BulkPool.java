package io.shoal.runtime.limit;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A bounded pool of platform threads for hashing and bulk file IO. A caller that brings more work
/// than it can take waits: so memory stays bounded.
public final class BulkPool implements Executor, AutoCloseable {

  /// Tasks that wait for each thread. Enough that no thread idles between two tasks, few enough
  /// that the chunks they hold (1 MiB each) stay few.
  private static final int QUEUED_TASKS_PER_THREAD = 16;

  private final ThreadPoolExecutor pool;
  private final ThreadGroup threads = new ThreadGroup("bulk");

  /// @param size how many threads, usually as many as the machine has cores
  public BulkPool(int size) {
    ThreadFactory factory =
        Thread.ofPlatform().group(threads).daemon(true).name("bulk-", 0).factory();
    pool =
        new ThreadPoolExecutor(
            size,
            size,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(size * QUEUED_TASKS_PER_THREAD),
            factory,
            this::whenFull);
    pool.allowCoreThreadTimeOut(true);
  }

  private void whenFull(Runnable task, ThreadPoolExecutor full) {
    if (full.isShutdown()) {
      throw new RejectedExecutionException("the node is stopping");
    }
    // A task that brings tasks would wait for a place that only itself can make.
    if (threads.equals(Thread.currentThread().getThreadGroup())) {
      task.run();
      return;
    }
    try {
      full.getQueue().put(task);
      // The last thread may have gone for want of work just before.
      full.prestartCoreThread();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while waiting for a free thread", e);
    }
    if (full.isShutdown() && full.getQueue().remove(task)) {
      throw new RejectedExecutionException("the node is stopping");
    }
  }

  /// Runs a task on one of the threads; blocks while all are busy and enough tasks wait already.
  ///
  /// @throws RejectedExecutionException the node is stopping, or the calling thread was interrupted
  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  /// Interrupts running tasks and forgets waiting ones.
  @Override
  public void close() {
    pool.shutdownNow();
  }
}
