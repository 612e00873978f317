package io.shoal.discovery.kademlia.lookup;

import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/// Actions to run later. Single-threaded; the owner says what time it is, so that a simulation can
/// jump from event to event.
public final class Timers {
  private final PriorityQueue<Timer> queue =
      new PriorityQueue<>(
          (a, b) ->
              a.dueMillis != b.dueMillis
                  ? Long.compare(a.dueMillis, b.dueMillis)
                  : Long.compare(a.order, b.order));
  private long made;

  /// Runs `action` with the time it is then, at `dueMillis` or as soon after it as [#run] is
  /// called.
  public Timer at(long dueMillis, LongConsumer action) {
    Timer timer = new Timer(dueMillis, made++, action);
    queue.add(timer);
    return timer;
  }

  /// Runs all that is due, in order of time and then of making.
  public void run(long nowMillis) {
    for (Timer next = queue.peek();
        next != null && (next.cancelled || next.dueMillis <= nowMillis);
        next = queue.peek()) {
      queue.remove();
      if (!next.cancelled) {
        next.action.accept(nowMillis);
      }
    }
  }

  /// When [#run] is to be called next.
  public OptionalLong nextMillis() {
    Timer next = queue.peek();
    while (next != null && next.cancelled) {
      queue.remove();
      next = queue.peek();
    }
    return next == null ? OptionalLong.empty() : OptionalLong.of(next.dueMillis);
  }

  /// A timer that does nothing.
  public static Timer never() {
    return new Timer(Long.MAX_VALUE, 0, Timers::nothing);
  }

  private static void nothing(long nowMillis) {}

  /// Something to be done later, unless it is cancelled.
  public static final class Timer {
    private final long dueMillis;
    private final long order;
    private LongConsumer action;
    private boolean cancelled;

    private Timer(long dueMillis, long order, LongConsumer action) {
      this.dueMillis = dueMillis;
      this.order = order;
      this.action = action;
    }

    public void cancel() {
      cancelled = true;
      // It waits in the queue until it would have been due, but what it holds need not: a query's
      // would keep a whole lookup for seconds after its end.
      action = Timers::nothing;
    }
  }
}
