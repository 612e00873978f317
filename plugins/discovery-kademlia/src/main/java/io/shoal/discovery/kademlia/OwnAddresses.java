package io.shoal.discovery.kademlia;

import io.shoal.discovery.kademlia.krpc.Family;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.DatagramChannel;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds out which of this machine's addresses is on the route to a peer: a socket that listens on
/// all interfaces does not know. Used by one thread.
final class OwnAddresses {
  /// How long an answer holds: machines change networks.
  static final long LIFETIME_MILLIS = 60_000;

  /// Askers remembered; each costs a socket for a moment otherwise.
  static final int MAX_REMEMBERED = 1_024;

  // Nothing is sent there: connecting a datagram socket only looks up the route.
  private static final int ANY_PORT = 9;

  private record Answer(Optional<InetAddress> address, long atMillis) {}

  private final Map<InetAddress, Answer> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Answer> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /// All of this machine's, but for those that it alone reaches.
  static Set<InetAddress> all() {
    Set<InetAddress> all = new HashSet<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        if (each.isUp() && !each.isLoopback()) {
          each.inetAddresses().forEach(all::add);
        }
      }
    } catch (SocketException e) {
      // An interface that goes while it is asked: the next look sees the rest.
      return all;
    }
    return all;
  }

  Optional<InetAddress> toward(InetAddress peer, long nowMillis) {
    Answer known = remembered.get(peer);
    if (known == null || nowMillis - known.atMillis() > LIFETIME_MILLIS) {
      known = new Answer(ask(peer), nowMillis);
      remembered.put(peer, known);
    }
    return known.address();
  }

  private static Optional<InetAddress> ask(InetAddress peer) {
    try (DatagramChannel probe = DatagramChannel.open(Family.of(peer).protocol())) {
      probe.connect(new InetSocketAddress(peer, ANY_PORT));
      return probe.getLocalAddress() instanceof InetSocketAddress local
          ? Optional.of(local.getAddress())
          : Optional.empty();
    } catch (IOException e) {
      // No route to the peer: then there is no address.
      return Optional.empty();
    }
  }
}
