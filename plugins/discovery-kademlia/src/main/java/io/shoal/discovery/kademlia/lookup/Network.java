package io.shoal.discovery.kademlia.lookup;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// What a node needs of the world outside: a socket in production, a simulated network in tests.
/// Nothing here blocks.
public interface Network {

  /// Sends a datagram, or loses it.
  void send(InetSocketAddress to, byte[] datagram);

  /// Our own address on the route to `peer`.
  Optional<InetAddress> ownAddressToward(InetAddress peer);

  /// Asks for addresses where a first node may be found; the owner hands them to the node later.
  void wantBootstrap();
}
