package io.shoal.api;

import java.util.function.LongSupplier;

/// Where a plugin counts. What it counts shows in `shoal status` and at `/metrics` in Prometheus form.
///
/// Names are lower-case words joined by `_` that end in their unit (`sent_bytes`, `queries_total`). Asking twice for one name gives the
/// same counter. A plugin may have 256 names; further ones are counted nowhere, and the log says so.
public interface Metrics {

  /// A count that only grows.
  Counter counter(String name, String description);

  /// A value that is read when somebody looks; the supplier must not block.
  void gauge(String name, String description, LongSupplier value);

  /// A count that only grows; usable from any thread.
  interface Counter {
    /// Adds `amount`, which is not negative.
    void add(long amount);

    /// The count so far.
    long value();
  }
}
