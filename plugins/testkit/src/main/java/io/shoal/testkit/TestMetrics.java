package io.shoal.testkit;

import io.shoal.api.Metrics;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// Counts in memory, for tests that look at what a plugin counted.
public final class TestMetrics implements Metrics {
  private final Map<String, Count> counters = new ConcurrentHashMap<>();
  private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();

  /// No counts yet.
  public TestMetrics() {}

  @Override
  public Counter counter(String name, String description) {
    return counters.computeIfAbsent(name, _ -> new Count(new LongAdder()));
  }

  @Override
  public void gauge(String name, String description, LongSupplier value) {
    gauges.put(name, value);
  }

  /// The counter or gauge of that name, if the plugin made one.
  public Optional<Long> value(String name) {
    return Optional.ofNullable(counters.get(name))
        .map(Count::value)
        .or(() -> Optional.ofNullable(gauges.get(name)).map(LongSupplier::getAsLong));
  }

  private record Count(LongAdder sum) implements Counter {
    @Override
    public void add(long amount) {
      sum.add(amount);
    }

    @Override
    public long value() {
      return sum.sum();
    }
  }
}
