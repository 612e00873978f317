package io.shoal.discovery.lan;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Where this node is reached, and how that is written on a link.
///
/// @param all as the node's transports name them
record OwnEndpoints(List<PeerAddress> all) {
  static final OwnEndpoints NONE = new OwnEndpoints(List.of());

  OwnEndpoints {
    all = List.copyOf(all);
  }

  /// A place where a node can be found by BEP 14: a scheme's port at the address that a packet
  /// comes from.
  record Port(String scheme, int number) implements Comparable<Port> {
    @Override
    public int compareTo(Port other) {
      return scheme.equals(other.scheme)
          ? Integer.compare(number, other.number)
          : scheme.compareTo(other.scheme);
    }
  }

  /// The endpoints as URIs with the addresses that this machine has on a link.
  List<String> on(Link link) {
    Set<String> uris = new LinkedHashSet<>();
    for (PeerAddress endpoint : all) {
      endpoint
          .ip()
          .ifPresent(
              ip -> {
                if (!ip.isAnyLocalAddress()) {
                  if (link.has(ip) && !Link.isBound(ip)) {
                    uris.add(endpoint.uri());
                  }
                  return;
                }
                // A socket of IPv6 that listens everywhere takes connections of IPv4 too.
                if (Family.of(ip) == Family.IPV6) {
                  link.addresses(Family.IPV6).forEach(own -> uris.add(at(endpoint, own)));
                }
                link.addresses(Family.IPV4).forEach(own -> uris.add(at(endpoint, own)));
              });
    }
    return uris.stream()
        .filter(uri -> uri.length() <= ServiceDescription.MAX_ENDPOINT_CHARS)
        .limit(ServiceDescription.MAX_ENDPOINTS)
        .toList();
  }

  /// The ports that are open at the address that packets of a family have on a link.
  Set<Port> ports(Link link, Family family) {
    Set<Port> ports = new TreeSet<>();
    for (String uri : on(link)) {
      PeerAddress address = PeerAddress.of(uri);
      if (address.ip().filter(ip -> Family.of(ip) == family).isPresent()
          && address.port().isPresent()
          && address.path().isEmpty()
          && address.query().isEmpty()) {
        ports.add(new Port(address.scheme(), address.port().getAsInt()));
      }
    }
    return ports;
  }

  /// How many cannot be announced on any link.
  int inexpressible() {
    return (int)
        all.stream()
            .filter(
                endpoint -> {
                  Optional<InetAddress> ip = endpoint.ip();
                  return ip.isEmpty()
                      || ip.get().isMulticastAddress()
                      || Link.isBound(ip.get())
                      || endpoint.uri().length() > ServiceDescription.MAX_ENDPOINT_CHARS;
                })
            .count();
  }

  private static String at(PeerAddress endpoint, InetAddress own) {
    String host =
        Family.of(own) == Family.IPV6 ? "[" + own.getHostAddress() + "]" : own.getHostAddress();
    String uri = endpoint.uri();
    int begin = uri.indexOf("://") + 3;
    int end = uri.startsWith("[", begin) ? uri.indexOf(']', begin) + 1 : begin;
    while (end < uri.length() && ":/?".indexOf(uri.charAt(end)) < 0) {
      end++;
    }
    return uri.substring(0, begin) + host + uri.substring(end);
  }
}
