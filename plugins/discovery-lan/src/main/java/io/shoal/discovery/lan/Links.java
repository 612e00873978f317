package io.shoal.discovery.lan;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The links that are used, as they are at one moment.
///
/// @param links in the order of the system
/// @param missing names in the configuration that no usable interface has
record Links(List<Link> links, List<String> missing) {
  static final Links NONE = new Links(List.of(), List.of());

  /// More interfaces are those of containers; each costs packets and groups.
  private static final int MAX_LINKS = 16;

  /// Addresses of one interface that are looked at.
  private static final int MAX_PREFIXES = 32;

  Links {
    links = List.copyOf(links);
    missing = List.copyOf(missing);
  }

  /// Looks at the interfaces of this machine. Without names those are used that are up, can do
  /// multicast, join more than two machines, and are in a private network: in a network of a
  /// provider of servers the neighbours are strangers, and multicast is a nuisance.
  ///
  /// @param names interfaces to use instead, whatever they are
  static Links scan(List<String> names) throws SocketException {
    List<Link> links = new ArrayList<>();
    List<String> missing = new ArrayList<>(names);
    for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
      boolean isNamed = names.contains(one.getName());
      if (links.size() < MAX_LINKS && one.isUp() && (isNamed || names.isEmpty())) {
        Link link = linkOf(one);
        if (isNamed || isPrivate(one, link)) {
          links.add(link);
          missing.remove(one.getName());
        }
      }
    }
    return new Links(links, missing);
  }

  private static boolean isPrivate(NetworkInterface one, Link link) throws SocketException {
    return one.supportsMulticast()
        && !one.isLoopback()
        && !one.isPointToPoint()
        && link.prefixes().stream().anyMatch(prefix -> isPrivate(prefix.address()));
  }

  private static boolean isPrivate(InetAddress address) {
    if (address instanceof Inet6Address) {
      return (address.getAddress()[0] & 0xFE) == 0xFC; // RFC 4193
    }
    return address.isSiteLocalAddress() || address.isLinkLocalAddress();
  }

  private static Link linkOf(NetworkInterface one) {
    List<Link.Prefix> prefixes = new ArrayList<>();
    for (InterfaceAddress address : one.getInterfaceAddresses()) {
      if (prefixes.size() < MAX_PREFIXES) {
        prefixes.add(
            new Link.Prefix(withoutZone(address.getAddress()), address.getNetworkPrefixLength()));
      }
    }
    return new Link(one.getIndex(), one.getName(), prefixes);
  }

  /// Java marks addresses of an interface with its zone; those in packets have none.
  private static InetAddress withoutZone(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }

  /// The link that a packet came over.
  ///
  /// @return empty for what comes from elsewhere
  Optional<Link> of(InetAddress source) {
    return links.stream().filter(link -> link.reaches(source)).findFirst();
  }
}
