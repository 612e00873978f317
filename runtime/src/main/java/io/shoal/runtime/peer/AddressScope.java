package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// From how far away an address can be reached. An address that was learned over a connection is
/// dialled only if its scope is no narrower than the connection's: a stranger on the Internet must
/// not make this node dial its own machine or network.
public enum AddressScope {
  /// This machine.
  LOOPBACK,
  /// This network.
  PRIVATE,
  /// Everywhere; host names too, since they are not looked up to find out.
  GLOBAL,
  /// Nowhere: unspecified and multicast addresses.
  NONE;

  /// Ports below this belong to well-known services, which no stranger should make this node dial.
  private static final int MIN_FOREIGN_PORT = 1024;

  public static AddressScope of(PeerAddress address) {
    URI uri;
    try {
      uri = new URI(address.uri());
    } catch (URISyntaxException e) {
      return NONE;
    }
    String host = uri.getHost();
    if (host == null) {
      // A path of a socket or a name inside a process: stays on this machine.
      return uri.getAuthority() == null ? LOOPBACK : NONE;
    }
    String name = host.toLowerCase(Locale.ROOT);
    if (name.equals("localhost")) {
      return LOOPBACK;
    }
    boolean literal = name.startsWith("[") || name.matches("[0-9.]+");
    if (!literal) {
      return name.contains(".") ? GLOBAL : LOOPBACK;
    }
    try {
      return of(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException e) {
      return NONE;
    }
  }

  private static AddressScope of(InetAddress ip) {
    if (ip.isAnyLocalAddress() || ip.isMulticastAddress()) {
      return NONE;
    }
    if (ip.isLoopbackAddress()) {
      return LOOPBACK;
    }
    byte[] bytes = ip.getAddress();
    boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    // RFC 6598: addresses between a provider and its customers.
    boolean shared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
    return ip.isSiteLocalAddress() || ip.isLinkLocalAddress() || uniqueLocal || shared
        ? PRIVATE
        : GLOBAL;
  }

  /// Whether an address of this scope, learned over a connection of scope `link`, may be dialled.
  public boolean mayBeDialledFrom(AddressScope link) {
    return this != NONE && link != NONE && compareTo(link) >= 0;
  }

  /// Whether an address has a port that no stranger should make this node dial.
  public static boolean hasServicePort(PeerAddress address) {
    try {
      int port = new URI(address.uri()).getPort();
      return port >= 0 && port < MIN_FOREIGN_PORT;
    } catch (URISyntaxException e) {
      return true;
    }
  }
}
