package io.shoal.runtime.plugin;

import io.shoal.api.Scheduler;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The timers of one plugin. Each is a virtual thread that sleeps and then runs its task: nothing
/// is shared, so no task can delay another.
public final class PluginScheduler implements Scheduler, AutoCloseable {

  /// As [Scheduler] states it.
  static final int MAX_TIMERS = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(PluginScheduler.class);

  private final String owner;
  private final Set<Waiting> timers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /// @param owner the plugin's id, for names of threads
  public PluginScheduler(String owner) {
    this.owner = owner;
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
    timer.thread.start();
    // Again, now that the timer is in the set: either this sees that the scheduler was closed, or
    // `close` saw the timer.
    if (closed) {
      timer.end();
    }
    return timer;
  }

  /// Ends all timers and interrupts the tasks that run.
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
    private final Thread thread;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    Waiting(Duration pause, Runnable task, boolean repeats) {
      this.pause = pause;
      this.task = task;
      this.repeats = repeats;
      this.thread = Thread.ofVirtual().name("timer-" + owner).unstarted(this::run);
    }

    private void run() {
      try {
        do {
          Thread.sleep(pause);
          if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
            return;
          }
          runTask();
        } while (repeats && state.compareAndSet(State.RUNNING, State.WAITING));
      } catch (InterruptedException e) {
        LOG.trace("timer of {} ends", owner);
      } finally {
        timers.remove(this);
      }
    }

    @SuppressWarnings(
        "CatchingUnchecked") // foreign code: whatever it throws must not end a repeated task
    private void runTask() {
      try {
        task.run();
      } catch (RuntimeException | LinkageError | AssertionError e) {
        if (closed) {
          LOG.debug("a task of {} was cut short", owner, e);
        } else {
          LOG.warn("a task of {} failed: {}", owner, e.toString());
          LOG.debug("a task of {} failed", owner, e);
        }
      }
    }

    @Override
    public void close() {
      if (state.compareAndSet(State.WAITING, State.CLOSED)) {
        thread.interrupt();
      } else {
        // Runs to its end, and not again.
        state.set(State.CLOSED);
      }
    }

    private void end() {
      state.set(State.CLOSED);
      thread.interrupt();
    }
  }
}
