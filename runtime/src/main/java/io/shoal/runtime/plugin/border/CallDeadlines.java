package io.shoal.runtime.plugin.border;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Interrupts calls into plugins that take too long. One thread looks at all of them once a second,
/// so that a call costs two changes of a map. Thread-safe.
public final class CallDeadlines implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final Duration limit;
  private final LongSupplier nanoTime;
  private final Map<RunningCall, Long> begun = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// @param limit how long a call may take
  public CallDeadlines(Duration limit, LongSupplier nanoTime) {
    this.limit = limit;
    this.nanoTime = nanoTime;
  }

  /// Begins to look.
  public CallDeadlines start() {
    Thread.ofVirtual().name("plugin-deadlines").start(this::loop);
    return this;
  }

  private void loop() {
    try {
      while (!closed.await(LOOK_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Interrupts each call that is overdue now.
  void look() {
    long now = nanoTime.getAsLong();
    begun.forEach(
        (call, since) -> {
          if (now - since > limit.toNanos()) {
            call.miss();
          }
        });
  }

  Duration limit() {
    return limit;
  }

  void watch(RunningCall call) {
    begun.put(call, nanoTime.getAsLong());
  }

  void forget(RunningCall call) {
    begun.remove(call);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
