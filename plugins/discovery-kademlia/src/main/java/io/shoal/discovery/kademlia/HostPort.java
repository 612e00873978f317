package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.util.Optional;

/// An address as a user writes it: `HOST:PORT`, an IPv6 host in brackets.
///
/// @param host a name or an IP address, not empty
/// @param port 0 to 65535
record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /// Empty if the text is not of that form.
  static Optional<HostPort> parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return Optional.empty();
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (bracketed) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      return Optional.empty();
    }
    String digits = text.substring(colon + 1);
    boolean strayBracket = host.indexOf('[') >= 0 || host.indexOf(']') >= 0;
    if (host.isBlank()
        || strayBracket
        || !digits.matches("[0-9]{1,5}")
        || Integer.parseInt(digits) > MAX_PORT) {
      return Optional.empty();
    }
    return Optional.of(new HostPort(host, Integer.parseInt(digits)));
  }

  /// The host if it is written as an IP address; never asks a name server.
  Optional<InetAddress> literal() {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
