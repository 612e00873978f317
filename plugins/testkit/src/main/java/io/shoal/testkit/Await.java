package io.shoal.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for an effect of another thread.
public final class Await {
  /// How long a test waits before it fails: long enough for a machine that is busy with something
  /// else.
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final ScopedValue<Duration> PATIENCE = ScopedValue.newInstance();

  private static final long LOOK_EVERY_NANOS = 2_000_000;

  private Await() {}

  /// How long this thread's test waits.
  static Duration patience() {
    return PATIENCE.orElse(DEADLINE);
  }

  /// Runs `test` in this thread, in which nothing waits longer than `patience`.
  static void withPatience(Duration patience, Runnable test) {
    ScopedValue.where(PATIENCE, patience).run(test);
  }

  /// Returns as soon as `condition` holds.
  ///
  /// @param what it waits for, as the message of its failure
  /// @param condition asked again and again in this thread; cheap
  /// @throws AssertionError it did not hold within [#DEADLINE]
  /// @throws Exception as the condition throws it
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    Duration deadline = patience();
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > deadline.toNanos()) {
        throw new AssertionError("waited " + deadline.toSeconds() + " s in vain: " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
