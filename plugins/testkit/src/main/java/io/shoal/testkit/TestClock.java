package io.shoal.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A clock that stops until a test advances it. The timers of a [TestContext] that has it move with
/// it.
public final class TestClock implements InstantSource {
  private final ReentrantLock advancing = new ReentrantLock();
  private final Queue<Due> due = new PriorityQueue<>();
  private Instant now;
  private long appointments;

  /// A clock that has not been advanced.
  ///
  /// @param start what it shows first
  public TestClock(Instant start) {
    now = start;
  }

  @Override
  public Instant instant() {
    synchronized (due) {
      return now;
    }
  }

  /// Goes on by `step`. Timers that become due meanwhile run one after the other, in the order of
  /// their times, each to its end and with the clock at its time.
  ///
  /// @param step not negative
  /// @throws AssertionError a task did not end within [Await#DEADLINE]
  public void advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("a clock does not go back by " + step);
    }
    advancing.lock();
    try {
      Instant end = instant().plus(step);
      for (Due next = nextUntil(end); next != null; next = nextUntil(end)) {
        next.task().run();
      }
    } finally {
      advancing.unlock();
    }
  }

  private @Nullable Due nextUntil(Instant end) {
    synchronized (due) {
      Due next = due.peek();
      if (next == null || next.when().isAfter(end)) {
        now = end;
        return null;
      }
      now = next.when().isAfter(now) ? next.when() : now;
      return due.poll();
    }
  }

  /// Runs `task` once the clock shows `delay` more, in the thread that advances it.
  void after(Duration delay, Runnable task) {
    synchronized (due) {
      due.add(new Due(now.plus(delay), appointments++, task));
    }
  }

  private record Due(Instant when, long order, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = when.compareTo(other.when);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }
}
