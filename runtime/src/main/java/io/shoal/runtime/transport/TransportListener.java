package io.shoal.runtime.transport;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listener of one transport, and its endpoints as they were last reported. Usable from any
/// thread.
final class TransportListener {
  private static final Logger LOG = LoggerFactory.getLogger(TransportListener.class);

  private final TransportChoice.Used used;
  private final Runnable changed;
  private Optional<Transport.Listener> listener = Optional.empty();
  private List<Endpoint> endpoints = List.of();
  private boolean ended;

  /// Counts what was reported: a report that comes while the listener is asked is newer than its
  /// answer, or the same.
  private long reports;

  /// @param changed called after the endpoints changed, from any thread; does not block
  TransportListener(TransportChoice.Used used, Runnable changed) {
    this.used = used;
    this.changed = changed;
  }

  TransportChoice.Used used() {
    return used;
  }

  synchronized List<Endpoint> endpoints() {
    return endpoints;
  }

  /// Listens, which may take long.
  ///
  /// @return this
  TransportListener open(ChunkServer server) throws ShoalException, InterruptedException {
    Transport.Listener opened = used.transport().listen(used.schemes(), server, this::reported);
    long before;
    boolean late;
    synchronized (this) {
      listener = Optional.of(opened);
      before = reports;
      late = ended;
    }
    if (late) {
      opened.close();
      return this;
    }
    List<Endpoint> now = usable(opened.endpoints());
    synchronized (this) {
      if (reports == before) {
        endpoints = now;
      }
    }
    return this;
  }

  private void reported(List<Endpoint> now) {
    List<Endpoint> usable = usable(now);
    synchronized (this) {
      reports++;
      if (ended || usable.equals(endpoints)) {
        return;
      }
      endpoints = usable;
    }
    changed.run();
  }

  private List<Endpoint> usable(List<Endpoint> reported) {
    List<Endpoint> usable = new ArrayList<>();
    for (Endpoint endpoint : List.copyOf(reported)) {
      if (!used.schemes().contains(endpoint.address().scheme())) {
        LOG.warn(
            "plugin {} reports the endpoint {}, of a scheme that it was not asked to listen for: it"
                + " is ignored; report this to its author",
            used.pluginId(),
            endpoint.address());
      } else if (usable.size() < Transport.Listener.MAX_ENDPOINTS) {
        usable.add(endpoint);
      }
    }
    return List.copyOf(usable);
  }

  /// The call of [#open] ends too late, or has failed: what it opens is closed.
  void giveUp() {
    Optional<Transport.Listener> opened;
    synchronized (this) {
      ended = true;
      endpoints = List.of();
      opened = listener;
    }
    // Already open where the endpoints could not be asked for.
    opened.ifPresent(late -> Thread.ofVirtual().name("close-listener").start(late::close));
  }

  /// Accepts no more connections.
  ///
  /// @return this
  TransportListener close() {
    Optional<Transport.Listener> opened;
    synchronized (this) {
      ended = true;
      opened = listener;
    }
    opened.ifPresent(Transport.Listener::close);
    return this;
  }
}
