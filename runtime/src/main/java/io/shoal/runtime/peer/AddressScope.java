package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// From how far away an address can be reached. An address that was learned over a connection is
/// dialled only if its scope is no narrower than the connection's: a stranger on the Internet must
/// not make this node dial its own machine or network.
public enum AddressScope {
  /// This machine.
  LOOPBACK,
  /// This network; names without a dot too.
  PRIVATE,
  /// Everywhere; other host names too, since they are not looked up to find out.
  GLOBAL,
  /// Nowhere: unspecified, multicast and broadcast addresses.
  NONE;

  /// Ports below this belong to well-known services, which no stranger should make this node dial.
  private static final int MIN_FOREIGN_PORT = 1024;

  public static AddressScope of(PeerAddress address) {
    Optional<String> host = address.host();
    if (host.isEmpty()) {
      return LOOPBACK;
    }
    return address.ip().map(AddressScope::of).orElseGet(() -> ofName(host.get()));
  }

  private static AddressScope ofName(String name) {
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return LOOPBACK;
    }
    // A name without a dot, or under `local` (RFC 6762), is resolved within this network.
    return name.indexOf('.') < 0 || name.endsWith(".local") ? PRIVATE : GLOBAL;
  }

  private static AddressScope of(InetAddress ip) {
    if (ip.isAnyLocalAddress() || ip.isMulticastAddress()) {
      return NONE;
    }
    if (ip.isLoopbackAddress()) {
      return LOOPBACK;
    }
    byte[] bytes = ip.getAddress();
    if (bytes.length == 4 && (bytes[0] == 0 || bytes[0] == (byte) 0xff)) {
      return NONE;
    }
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
    OptionalInt port = address.port();
    return port.isPresent() && port.getAsInt() < MIN_FOREIGN_PORT;
  }
}
