package io.shoal.discovery.kademlia.lookup;

import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Takes queries to be sent, at once or in their turn.
@FunctionalInterface
public interface QuerySender {
  /// @param expected the id that should answer, if known: another id means that the node we meant
  ///   is gone
  void send(
      InetSocketAddress to,
      Optional<NodeId> expected,
      Method method,
      PendingQueries.Handler handler,
      long nowMillis);
}
