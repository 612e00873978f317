package io.shoal.testkit;

import io.shoal.api.Scheduler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/// The timers of a [TestContext]: they move with its [TestClock] if it has one, else with real
/// time. Tasks run on virtual threads of their own and are interrupted by [#close].
final class TestScheduler implements Scheduler, AutoCloseable {
  /// The most timers of a plugin, as [Scheduler] states it.
  static final int MAX_TIMERS = 4096;

  private final String owner;
  private final Optional<TestClock> clock;
  private final Set<Waiting> timers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  TestScheduler(String owner, InstantSource clock) {
    this.owner = owner;
    this.clock = clock instanceof TestClock stopped ? Optional.of(stopped) : Optional.empty();
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    return start(new Waiting(delay, task, false));
  }

  @Override
  public Timer every(Duration pause, Runnable task) {
    if (!pause.isPositive()) {
      throw new IllegalArgumentException(
          "a pause of " + pause + ": a task that repeats without a pause takes a core for itself");
    }
    return start(new Waiting(pause, task, true));
  }

  private Timer start(Waiting timer) {
    if (timers.size() >= MAX_TIMERS) {
      throw new IllegalStateException(
          owner + " has " + MAX_TIMERS + " timers already: it forgets to close them");
    }
    if (closed) {
      timer.end();
      return timer;
    }
    timers.add(timer);
    timer.arm();
    if (closed) {
      timer.end();
    }
    return timer;
  }

  @Override
  public void close() {
    closed = true;
    timers.forEach(Waiting::end);
  }

  private enum State {
    WAITING,
    RUNNING,
    CLOSED
  }

  private final class Waiting implements Timer {
    private final Duration pause;
    private final Runnable task;
    private final boolean repeats;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final AtomicReference<Thread> thread = new AtomicReference<>();

    Waiting(Duration pause, Runnable task, boolean repeats) {
      this.pause = pause;
      this.task = task;
      this.repeats = repeats;
    }

    void arm() {
      if (clock.isPresent()) {
        clock.get().after(pause, this::runToItsEnd);
      } else {
        startThread(
            () -> {
              try {
                do {
                  Thread.sleep(pause);
                } while (runOnce());
              } catch (InterruptedException e) {
                timers.remove(this);
              }
            });
      }
    }

    private Thread startThread(Runnable body) {
      Thread started = Thread.ofVirtual().name("testkit-timer").unstarted(body);
      thread.set(started);
      started.start();
      return started;
    }

    /// Called by the clock.
    private void runToItsEnd() {
      if (state.get() == State.CLOSED) {
        return;
      }
      Thread running =
          startThread(
              () -> {
                if (runOnce()) {
                  arm();
                }
              });
      try {
        if (!running.join(Await.DEADLINE)) {
          throw new AssertionError("a task of a timer of " + owner + " does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// Runs the task unless the timer was closed.
    ///
    /// @return whether it is to run again
    private boolean runOnce() {
      if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
        timers.remove(this);
        return false;
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        // As in a node: what a task throws does not end a repeated one.
        System.getLogger(TestScheduler.class.getName())
            .log(System.Logger.Level.WARNING, "a task of " + owner + " failed", e);
      }
      boolean again = repeats && state.compareAndSet(State.RUNNING, State.WAITING);
      if (!again) {
        timers.remove(this);
      }
      return again;
    }

    @Override
    public void close() {
      if (state.getAndSet(State.CLOSED) == State.WAITING) {
        timers.remove(this);
        interrupt();
      }
    }

    private void end() {
      state.set(State.CLOSED);
      timers.remove(this);
      interrupt();
    }

    private void interrupt() {
      Optional.ofNullable(thread.get()).ifPresent(Thread::interrupt);
    }
  }
}
