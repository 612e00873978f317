package io.shoal.testkit;

import io.shoal.api.Metrics;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/// Counts in memory, for tests that look at what a plugin counted. As strict as a node: it refuses
/// the same names and amounts, and counts no more names.
public final class TestMetrics implements Metrics {
  /// The most names of a plugin, as [Metrics] states it.
  static final int MAX_NAMES = 256;

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*");

  private final Map<String, Metric> metrics = new ConcurrentSkipListMap<>();

  /// No counts yet.
  public TestMetrics() {}

  @Override
  public Counter counter(String name, String description) {
    if (add(name, new Count(name, new LongAdder())) instanceof Count counter) {
      return counter;
    }
    throw new IllegalArgumentException(name + " is a gauge already");
  }

  @Override
  public void gauge(String name, String description, LongSupplier value) {
    if (add(name, new Gauge(value)) instanceof Count) {
      throw new IllegalArgumentException(name + " is a counter already");
    }
  }

  private synchronized Metric add(String name, Metric metric) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is not a name of a metric: lower-case words joined by _");
    }
    Metric before = metrics.get(name);
    if (before != null) {
      return before;
    }
    if (metrics.size() < MAX_NAMES) {
      metrics.put(name, metric);
    }
    return metric;
  }

  /// The counter or gauge of that name, if the plugin made one; none beyond 256 names.
  ///
  /// @param name as the plugin wrote it, without its id
  /// @return its value now; empty if there is none
  public Optional<Long> value(String name) {
    return Optional.ofNullable(metrics.get(name)).map(Metric::read);
  }

  private sealed interface Metric {
    long read();
  }

  private record Count(String name, LongAdder sum) implements Metric, Counter {
    @Override
    public void add(long amount) {
      if (amount < 0) {
        throw new IllegalArgumentException(name + " only grows, and not by " + amount);
      }
      sum.add(amount);
    }

    @Override
    public long value() {
      return sum.sum();
    }

    @Override
    public long read() {
      return value();
    }
  }

  private record Gauge(LongSupplier value) implements Metric {
    @Override
    public long read() {
      return value.getAsLong();
    }
  }
}
