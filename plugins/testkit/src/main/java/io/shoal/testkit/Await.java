package io.shoal.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for an effect of another thread.
public final class Await {
  /// How long a test waits before it fails: long enough for a machine that is busy with something
  /// else.
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final long LOOK_EVERY_NANOS = 2_000_000;

  private Await() {}

  /// Returns as soon as `condition` holds.
  ///
  /// @throws AssertionError it did not hold within [#DEADLINE]
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, DEADLINE, condition);
  }

  /// The same with another deadline.
  static void until(String what, Duration deadline, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > deadline.toNanos()) {
        throw new AssertionError("waited " + deadline.toSeconds() + " s in vain: " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }
}
