package io.shoal.runtime;

import io.shoal.api.Metrics;
import io.shoal.runtime.plugin.MetricsRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The metrics of the runtime itself.
final class NodeMetrics {
  private final NodeCore core;

  NodeMetrics(NodeCore core) {
    this.core = core;
  }

  void register(Metrics metrics) {
    metrics.gauge("uploaded_bytes", "Chunk bytes sent to peers", core.uploads()::sentBytes);
    metrics.gauge(
        "upload_requests_running", "Requests that are being answered", core.server()::running);
    metrics.gauge("upload_requests_waiting", "Requests in line", core.server()::waiting);
    metrics.gauge(
        "connections_open", "Open connections", () -> core.network().connections().all().size());
    metrics.gauge(
        "connections_turned_away",
        "Connections of peers that may not take part",
        core.accessGate()::refused);
    metrics.gauge("downloads_running", "Downloads", () -> core.downloads().all().size());
    metrics.gauge("roots_kept", "Roots that are here", () -> core.index().all().size());
    metrics.gauge(
        "announcements_waiting",
        "Keys that wait for their first announcement",
        core.announcer()::waiting);
    metrics.gauge(
        "observer_events_dropped",
        "Events that were left out since an observer was too slow",
        core.observers()::dropped);
  }

  /// All metrics, in the text format of Prometheus.
  static String text(MetricsRegistry metrics) {
    StringBuilder text = new StringBuilder();
    try {
      metrics.writePrometheus(text);
    } catch (IOException e) {
      throw new UncheckedIOException("a string builder does not fail", e);
    }
    return text.toString();
  }
}
