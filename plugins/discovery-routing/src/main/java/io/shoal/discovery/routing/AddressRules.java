package io.shoal.discovery.routing;

import io.shoal.api.PeerAddress;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Which addresses a party may name, by the link over which it named them: no stranger points this
/// node at ports of its own machine or network.
final class AddressRules {
  private AddressRules() {}

  /// An IP address as it is written, without brackets and zone.
  static String literal(InetAddress ip) {
    try {
      return InetAddress.getByAddress(ip.getAddress()).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has the size of one", e);
    }
  }

  static boolean isLocalName(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  /// An address as the party at `seen` may announce it: an unspecified host is where it was seen.
  ///
  /// @param link how far the party is
  /// @return empty if it may not
  static Optional<PeerAddress> announced(PeerAddress address, InetAddress seen, Scope link) {
    Optional<String> host = address.host();
    if (host.isEmpty()) {
      // A place on the party's own machine.
      return Optional.empty();
    }
    Optional<InetAddress> ip = address.ip();
    if (ip.isEmpty()) {
      return Optional.of(address).filter(_ -> link == Scope.LOOPBACK || !isLocalName(host.get()));
    }
    if (ip.get().isAnyLocalAddress()) {
      return Optional.of(at(seen, address)).filter(_ -> Scope.isUsable(seen));
    }
    return Optional.of(address).filter(_ -> link.mayName(ip.get()));
  }

  /// The same for a multiaddr.
  static Optional<String> announced(String multiaddr, InetAddress seen, Scope link) {
    if (!Multiaddr.isAddress(multiaddr)
        || link != Scope.LOOPBACK && Multiaddr.isLocalName(multiaddr)) {
      return Optional.empty();
    }
    Optional<InetAddress> ip = Multiaddr.ip(multiaddr);
    if (ip.isPresent() && ip.get().isAnyLocalAddress()) {
      return Optional.of(Multiaddr.at(seen, multiaddr)).filter(_ -> Scope.isUsable(seen));
    }
    return Optional.of(multiaddr).filter(_ -> ip.isEmpty() || link.mayName(ip.get()));
  }

  private static PeerAddress at(InetAddress host, PeerAddress address) {
    String literal = literal(host);
    StringBuilder uri = new StringBuilder(address.scheme()).append("://");
    uri.append(host instanceof Inet6Address ? "[" + literal + "]" : literal);
    address.port().ifPresent(port -> uri.append(':').append(port));
    uri.append(address.path());
    address.query().ifPresent(query -> uri.append('?').append(query));
    return new PeerAddress(uri.toString(), address.peerId());
  }

  /// Whether an address that a server named may be dialled. A name is looked up, since it may lead
  /// to this machine.
  ///
  /// @param link how far the server is
  static boolean mayDial(PeerAddress address, Scope link) {
    Optional<InetAddress> ip = address.ip();
    if (ip.isPresent()) {
      return link.mayName(ip.get());
    }
    return address.host().isPresent()
        && (link == Scope.LOOPBACK
            || addresses(address.host().get()).stream().allMatch(link::mayName));
  }

  /// How far a server is, by the address of it that is the farthest.
  static Scope linkTo(String host) {
    return addresses(host).stream()
        .map(Scope::of)
        .max(Scope::compareTo)
        // Not to be reached either.
        .orElse(Scope.GLOBAL);
  }

  private static List<InetAddress> addresses(String host) {
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return Arrays.asList(InetAddress.getAllByName(bare));
    } catch (UnknownHostException e) {
      return List.of();
    }
  }

  /// The place that limits count a client by: its address, and of IPv6 the network of 64 bits,
  /// since a household has all of it.
  static String client(InetAddress ip) {
    if (ip instanceof Inet4Address) {
      return literal(ip);
    }
    byte[] network = Arrays.copyOf(Arrays.copyOf(ip.getAddress(), 8), 16);
    try {
      return literal(InetAddress.getByAddress(network)) + "/64";
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has the size of one", e);
    }
  }
}
