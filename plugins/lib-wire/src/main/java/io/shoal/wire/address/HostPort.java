package io.shoal.wire.address;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A host, by name or number, and a port.
///
/// @param host without brackets; a link-local address has its zone (`fe80::1%eth0`)
/// @param port 0 to 65,535
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:\\[([0-9a-fA-F:.]+(?:%[A-Za-z0-9._~-]{1,32})?)]|([^:/?#@\\[\\]]+)):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;
  private static final String ZONE = "zone=";

  public static Optional<HostPort> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(3));
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return port > MAX_PORT ? Optional.empty() : Optional.of(new HostPort(host, port));
  }

  public static HostPort of(InetAddress address, int port) {
    String full = address.getHostAddress();
    // The zone names an interface of this machine. Only a link-local address needs it.
    int zone =
        address instanceof Inet6Address && address.isLinkLocalAddress() ? full.indexOf('%') : -1;
    String host = NetUtil.toAddressString(address);
    return new HostPort(zone < 0 ? host : host + full.substring(zone), port);
  }

  /// The host of a URI has no place for a zone: it goes into the query ([#ofUri]).
  public String uri(String scheme) {
    int zone = host.indexOf('%');
    return zone < 0
        ? scheme + "://" + this
        : scheme
            + "://"
            + new HostPort(host.substring(0, zone), port)
            + "?"
            + ZONE
            + host.substring(zone + 1);
  }

  /// Reads host, port and query of a URI; empty if the query is more than a zone.
  public static Optional<HostPort> ofUri(String host, int port, Optional<String> query) {
    if (query.isEmpty()) {
      return Optional.of(new HostPort(host, port));
    }
    return host.indexOf(':') >= 0 && query.get().matches(ZONE + "[A-Za-z0-9._~-]{1,32}")
        ? Optional.of(new HostPort(host + "%" + query.get().substring(ZONE.length()), port))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
