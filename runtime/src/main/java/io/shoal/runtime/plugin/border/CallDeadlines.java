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

  private final LongSupplier nanoTime;
  private final Map<RunningCall, Long> ends = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// @param nanoTime monotonic, any origin
  public CallDeadlines(LongSupplier nanoTime) {
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
    ends.forEach(
        (call, end) -> {
          if (now - end > 0) {
            call.miss();
          }
        });
  }

  void watch(RunningCall call, CallLimit limit) {
    ends.put(call, nanoTime.getAsLong() + limit.duration().toNanos());
  }

  void forget(RunningCall call) {
    ends.remove(call);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
