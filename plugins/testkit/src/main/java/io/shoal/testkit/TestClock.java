package io.shoal.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/// A clock that stops until a test advances it.
public final class TestClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /// @param start what it shows first
  public TestClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /// Goes on by `step`.
  public void advance(Duration step) {
    now.updateAndGet(instant -> instant.plus(step));
  }
}
