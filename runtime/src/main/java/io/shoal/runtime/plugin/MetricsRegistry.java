package io.shoal.runtime.plugin;

import io.shoal.api.Metrics;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All counters and gauges of a node, in the text form of Prometheus.
public final class MetricsRegistry {

  /// As [Metrics] states it.
  static final int MAX_NAMES_PER_OWNER = 256;

  private static final Logger LOG = LoggerFactory.getLogger(MetricsRegistry.class);

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*");

  private final Map<String, Owner> owners = new ConcurrentSkipListMap<>();

  /// The metrics of `owner`; always the same object for one owner.
  public Metrics of(String owner) {
    return owners.computeIfAbsent(owner, Owner::new);
  }

  /// Removes the metrics of `owner`, so that nothing of a plugin stays behind.
  void remove(String owner) {
    owners.remove(owner);
  }

  /// Writes everything in the text format, version 0.0.4, sorted by name.
  public void writePrometheus(Appendable out) throws IOException {
    for (Owner owner : owners.values()) {
      for (Metric metric : owner.metrics.values()) {
        out.append("# HELP ").append(metric.fullName()).append(' ');
        out.append(metric.description().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        out.append("# TYPE ").append(metric.fullName()).append(metric.type()).append('\n');
        out.append(metric.fullName()).append(' ').append(metric.text()).append('\n');
      }
    }
  }

  private sealed interface Metric {
    String fullName();

    String description();

    String type();

    String text();
  }

  private record Count(String fullName, String description, LongAdder sum)
      implements Metric, Metrics.Counter {

    @Override
    public void add(long amount) {
      if (amount < 0) {
        throw new IllegalArgumentException(fullName + " only grows, and not by " + amount);
      }
      sum.add(amount);
    }

    @Override
    public long value() {
      return sum.sum();
    }

    @Override
    public String type() {
      return " counter";
    }

    @Override
    public String text() {
      return Long.toString(value());
    }
  }

  private record Gauge(String fullName, String description, LongSupplier supplier)
      implements Metric {

    @Override
    public String type() {
      return " gauge";
    }

    @Override
    public String text() {
      try {
        return Long.toString(supplier.getAsLong());
      } catch (RuntimeException e) {
        // Foreign code: one broken gauge must not hide the others.
        LOG.debug("the gauge {} cannot be read", fullName, e);
        return "NaN";
      }
    }
  }

  private static final class Owner implements Metrics {

    private final String prefix;
    private final Map<String, Metric> metrics = new ConcurrentSkipListMap<>();
    private final AtomicBoolean tooManyLogged = new AtomicBoolean();

    Owner(String owner) {
      this.prefix = "shoal_" + owner.replace('-', '_').toLowerCase(Locale.ROOT) + "_";
    }

    @Override
    public Counter counter(String name, String description) {
      Metric metric = add(name, new Count(prefix + name, description, new LongAdder()));
      if (metric instanceof Count counter) {
        return counter;
      }
      throw new IllegalArgumentException(name + " is a gauge already");
    }

    @Override
    public void gauge(String name, String description, LongSupplier value) {
      if (add(name, new Gauge(prefix + name, description, value)) instanceof Count) {
        throw new IllegalArgumentException(name + " is a counter already");
      }
    }

    private Metric add(String name, Metric metric) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "'" + name + "' is not a name of a metric: lower-case words joined by _");
      }
      Metric before = metrics.get(name);
      if (before != null) {
        return before;
      }
      if (metrics.size() >= MAX_NAMES_PER_OWNER) {
        if (tooManyLogged.compareAndSet(false, true)) {
          LOG.warn(
              "{}* has more than {} names: {} and later ones are not shown",
              prefix,
              MAX_NAMES_PER_OWNER,
              name);
        }
        return metric;
      }
      Metric raced = metrics.putIfAbsent(name, metric);
      return raced == null ? metric : raced;
    }
  }
}
