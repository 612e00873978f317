package io.shoal.runtime.plugin.border;

import io.shoal.api.PeerConnection;
import java.util.IdentityHashMap;
import java.util.Optional;

/// The open connections of one transport as the node sees them, by the plugin's own objects.
/// Bounded by the connections that the node lets stay. Thread-safe.
final class GuardedConnections {
  private final PluginCalls calls;
  private final IdentityHashMap<PeerConnection, GuardedConnection> open = new IdentityHashMap<>();

  GuardedConnections(PluginCalls calls) {
    this.calls = calls;
  }

  /// A connection was made.
  ///
  /// @throws PluginFailedException it does not say which peer it leads to
  GuardedConnection open(PeerConnection connection) {
    GuardedConnection guarded = new GuardedConnection(connection, calls);
    synchronized (open) {
      GuardedConnection known = open.putIfAbsent(connection, guarded);
      return known == null ? guarded : known;
    }
  }

  /// The connection as the node knows it.
  Optional<GuardedConnection> known(PeerConnection connection) {
    synchronized (open) {
      return Optional.ofNullable(open.get(connection));
    }
  }

  /// The connection as the node knows it; a new one if it never did or does no longer.
  GuardedConnection of(PeerConnection connection) {
    return known(connection).orElseGet(() -> new GuardedConnection(connection, calls));
  }

  /// A connection ended.
  ///
  /// @return empty if it was not open
  Optional<GuardedConnection> ended(PeerConnection connection) {
    synchronized (open) {
      return Optional.ofNullable(open.remove(connection));
    }
  }
}
