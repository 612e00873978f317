package io.shoal.discovery.kademlia.krpc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// How far an address reaches. It means the same only to nodes within its reach.
public enum Scope {
  LOOPBACK,
  PRIVATE,
  GLOBAL;

  public static Scope of(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return LOOPBACK;
    }
    boolean narrow =
        address.isSiteLocalAddress()
            || address.isLinkLocalAddress()
            // fc00::/7 (RFC 4193), which the JDK does not count as site-local.
            || address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
    return narrow ? PRIVATE : GLOBAL;
  }

  /// Whether an address may be used that was learned from a node of this scope, or be sent to one.
  /// A loopback or LAN address that a stranger names is another machine here; asking there would
  /// make this node a scanner.
  public boolean mayShare(InetSocketAddress address) {
    return isUsable(address) && Scope.of(address.getAddress()).compareTo(this) >= 0;
  }

  /// Whether a datagram can go there at all.
  public static boolean isUsable(InetSocketAddress address) {
    return address.getPort() != 0
        && !address.isUnresolved()
        && !address.getAddress().isAnyLocalAddress()
        && !address.getAddress().isMulticastAddress();
  }
}
