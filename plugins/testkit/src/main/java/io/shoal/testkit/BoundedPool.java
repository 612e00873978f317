package io.shoal.testkit;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A pool of as many platform threads as the machine has cores. As with a node, a plugin that
/// brings more than the pool takes has to wait.
final class BoundedPool implements Executor, AutoCloseable {
  /// As many as a node lets wait for each thread, so that a plugin that cannot wait is seen.
  private static final int QUEUED_TASKS_PER_THREAD = 16;

  private final ThreadGroup group = new ThreadGroup("testkit-bulk");
  private final ThreadPoolExecutor pool;

  BoundedPool() {
    int size = Runtime.getRuntime().availableProcessors();
    pool =
        new ThreadPoolExecutor(
            size,
            size,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(size * QUEUED_TASKS_PER_THREAD),
            Thread.ofPlatform().group(group).daemon().name("testkit-bulk-", 0).factory(),
            this::whenFull);
    pool.allowCoreThreadTimeOut(true);
  }

  private void whenFull(Runnable task, ThreadPoolExecutor full) {
    // A task that brings tasks would wait for a place that only itself can make.
    if (group.equals(Thread.currentThread().getThreadGroup())) {
      task.run();
      return;
    }
    try {
      while (!full.isShutdown()) {
        if (full.getQueue().offer(task, 10, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RejectedExecutionException("interrupted while all threads are busy", e);
    }
    throw new RejectedExecutionException("the node is stopping");
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
