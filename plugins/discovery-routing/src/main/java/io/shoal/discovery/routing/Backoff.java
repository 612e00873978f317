package io.shoal.discovery.routing;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// How long one server is left alone after it failed: twice as long each time, or as long as it
/// says. Usable from any thread.
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);

  /// After an outage, servers are asked again within this.
  static final Duration MAX = Duration.ofMinutes(5);

  /// The most that a server can ask for (`Retry-After`): a mistake there must not silence this node
  /// for a day.
  static final Duration MAX_ASKED = Duration.ofHours(1);

  private static final int MAX_DOUBLINGS = 9;

  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  private int failures;
  private long until;
  private Optional<String> lastFailure = Optional.empty();

  Backoff(LongSupplier nanoTime, RandomGenerator random) {
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /// How long it is still left alone; zero if it may be asked.
  synchronized Duration left() {
    long left = failures == 0 ? 0 : until - nanoTime.getAsLong();
    return Duration.ofNanos(Math.max(left, 0));
  }

  synchronized void failed(String why, Optional<Duration> asked) {
    failures++;
    Duration doubled = FIRST.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
    Duration bounded = doubled.compareTo(MAX) < 0 ? doubled : MAX;
    // Half of it by chance, so that nodes do not come back all at once.
    long nanos = bounded.toNanos() / 2 + random.nextLong(bounded.toNanos() / 2 + 1);
    Duration wanted = asked.orElse(Duration.ZERO);
    Duration most = wanted.compareTo(MAX_ASKED) < 0 ? wanted : MAX_ASKED;
    until = nanoTime.getAsLong() + Math.max(nanos, most.toNanos());
    lastFailure = Optional.of(why);
  }

  synchronized void succeeded() {
    failures = 0;
    lastFailure = Optional.empty();
  }

  /// Why it failed the last time, unless it has answered since.
  synchronized Optional<String> lastFailure() {
    return lastFailure;
  }
}
