package io.shoal.storage.s3;

import java.time.Duration;
import java.util.function.LongSupplier;

/// When a call of the node must have ended.
///
/// @param nanoTime the clock
/// @param endNanos by that clock
record Deadline(LongSupplier nanoTime, long endNanos) {

  /// The deadline of the requests that this thread makes through the SDK, which hands nothing of
  /// that kind down to its HTTP client.
  static final ScopedValue<Deadline> CURRENT = ScopedValue.newInstance();

  static Deadline in(Duration time, LongSupplier nanoTime) {
    return new Deadline(nanoTime, nanoTime.getAsLong() + time.toNanos());
  }

  /// Zero or less once it has passed.
  long leftNanos() {
    return endNanos - nanoTime.getAsLong();
  }
}
