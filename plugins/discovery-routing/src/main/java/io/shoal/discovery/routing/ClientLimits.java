package io.shoal.discovery.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How often each client may ask: [#BURST] requests at once, then [#PER_SECOND] in the long run.
/// Usable from any thread.
final class ClientLimits {
  /// A node that starts a large download, or announces 100,000 contents.
  static final int BURST = 200;

  static final int PER_SECOND = 50;

  /// Clients that are remembered, the latest: 1 MB.
  static final int MAX_CLIENTS = 10_000;

  private static final double NANOS_PER_SECOND = 1e9;

  private record Bucket(double tokens, long atNanos) {}

  private final LongSupplier nanoTime;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
          return size() > MAX_CLIENTS;
        }
      };

  ClientLimits(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Counts a request.
  ///
  /// @return whether it is within the limit
  synchronized boolean admits(String client) {
    long now = nanoTime.getAsLong();
    Bucket before = buckets.getOrDefault(client, new Bucket(BURST, now));
    double tokens =
        Math.min(BURST, before.tokens() + (now - before.atNanos()) / NANOS_PER_SECOND * PER_SECOND);
    boolean admitted = tokens >= 1;
    buckets.put(client, new Bucket(admitted ? tokens - 1 : tokens, now));
    return admitted;
  }
}
