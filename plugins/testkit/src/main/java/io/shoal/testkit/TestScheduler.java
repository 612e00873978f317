package io.shoal.testkit;

import io.shoal.api.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Real timers; tasks run on virtual threads of their own and are interrupted by [#close].
final class TestScheduler implements Scheduler, AutoCloseable {
  private final ScheduledExecutorService timers =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("testkit-timer").daemon().factory());
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();

  @Override
  public Timer after(Duration delay, Runnable task) {
    RunningTimer timer = new RunningTimer(task, Duration.ZERO);
    timer.schedule(delay);
    return timer;
  }

  @Override
  public Timer every(Duration pause, Runnable task) {
    RunningTimer timer = new RunningTimer(task, pause);
    timer.schedule(pause);
    return timer;
  }

  @Override
  public void close() {
    timers.shutdownNow();
    running.forEach(Thread::interrupt);
  }

  private final class RunningTimer implements Timer {
    private final Runnable task;
    private final Duration pause;
    private volatile boolean ended;

    RunningTimer(Runnable task, Duration pause) {
      this.task = task;
      this.pause = pause;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the timer is ended by its flag
    void schedule(Duration delay) {
      if (!ended && !timers.isShutdown()) {
        timers.schedule(
            () -> Thread.ofVirtual().start(this::run), delay.toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    private void run() {
      if (ended) {
        return;
      }
      running.add(Thread.currentThread());
      try {
        task.run();
      } finally {
        running.remove(Thread.currentThread());
        if (!pause.isZero()) {
          schedule(pause);
        }
      }
    }

    @Override
    public void close() {
      ended = true;
    }
  }
}
