package io.shoal.discovery.routing;

import java.net.Inet6Address;
import java.net.InetAddress;

/// How far an address reaches, narrowest first. It means the same only to nodes within its reach.
enum Scope {
  LOOPBACK,
  PRIVATE,
  GLOBAL;

  static Scope of(InetAddress address) {
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

  /// Whether an address may be named by a party that is reached over a link of this scope. A
  /// narrower one is another machine here.
  boolean mayName(InetAddress address) {
    return isUsable(address) && of(address).compareTo(this) >= 0;
  }

  /// Whether a connection can go there at all.
  static boolean isUsable(InetAddress address) {
    return !address.isAnyLocalAddress() && !address.isMulticastAddress();
  }
}
