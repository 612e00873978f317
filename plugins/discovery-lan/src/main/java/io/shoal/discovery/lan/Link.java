package io.shoal.discovery.lan;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/// A network interface, as far as multicast needs it.
///
/// @param index the system's number of it
/// @param name the system's name of it
/// @param prefixes the addresses that it has, each with the length of its network
record Link(int index, String name, List<Prefix> prefixes) {
  /// Addresses of a family that are announced on one link: more are temporary ones of IPv6.
  private static final int MAX_ADDRESSES = 4;

  Link {
    prefixes = List.copyOf(prefixes);
  }

  /// An address, and the network that it is in.
  ///
  /// @param address of this machine
  /// @param bits leading bits that all addresses of the network share
  record Prefix(InetAddress address, int bits) {
    boolean contains(InetAddress other) {
      byte[] own = address.getAddress();
      byte[] that = other.getAddress();
      if (own.length != that.length) {
        return false;
      }
      for (int bit = 0; bit < Math.min(bits, own.length * 8); bit++) {
        int mask = 0x80 >> bit % 8;
        if ((own[bit / 8] & mask) != (that[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  boolean speaks(Family family) {
    return prefixes.stream().anyMatch(prefix -> Family.of(prefix.address()) == family);
  }

  /// Whether an address is in a network of this link (RFC 6762 §11): what comes from elsewhere
  /// crossed a router, or says so falsely.
  boolean reaches(InetAddress address) {
    if (address instanceof Inet6Address six && six.isLinkLocalAddress() && six.getScopeId() != 0) {
      return six.getScopeId() == index;
    }
    return prefixes.stream().anyMatch(prefix -> prefix.contains(address));
  }

  boolean has(InetAddress address) {
    return prefixes.stream().anyMatch(prefix -> prefix.address().equals(address));
  }

  /// The addresses at which others on this link reach this machine. Those of IPv6 that hold on one
  /// link alone are left out: a peer's address has no place for the zone that they need.
  List<InetAddress> addresses(Family family) {
    return prefixes.stream()
        .map(Prefix::address)
        .filter(address -> Family.of(address) == family)
        .filter(address -> !isBound(address))
        .limit(MAX_ADDRESSES)
        .toList();
  }

  /// Whether an address means nothing without its zone.
  static boolean isBound(InetAddress address) {
    return address instanceof Inet6Address && address.isLinkLocalAddress();
  }
}
