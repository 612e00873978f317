package io.shoal.storage.s3;

import io.shoal.api.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Whether the bucket does its work, for metrics and advice.
final class Health {
  private final AtomicReference<Optional<String>> ill = new AtomicReference<>(Optional.empty());
  private final Metrics.Counter requests;
  private final Metrics.Counter retries;
  private final Metrics.Counter failures;
  private final Metrics.Counter sentBytes;
  private final Metrics.Counter receivedBytes;

  Health(Metrics metrics) {
    requests = metrics.counter("requests_total", "Requests that the service answered well");
    retries = metrics.counter("retries_total", "Requests that were made again");
    failures = metrics.counter("failures_total", "Requests that failed for good");
    sentBytes = metrics.counter("sent_bytes_total", "Bytes of chunks that were stored");
    receivedBytes = metrics.counter("received_bytes_total", "Bytes of chunks that were read");
  }

  void well() {
    requests.add(1);
    if (ill.get().isPresent()) {
      ill.set(Optional.empty());
    }
  }

  void retried() {
    retries.add(1);
  }

  /// @param message what is wrong and what to do
  void ill(String message) {
    failures.add(1);
    ill.set(Optional.of(message));
  }

  void sent(long bytes) {
    sentBytes.add(bytes);
  }

  void received(long bytes) {
    receivedBytes.add(bytes);
  }

  /// What is wrong since the last request that went well.
  List<String> advice() {
    return ill.get().stream().toList();
  }
}
