package io.shoal.transport.http.settings;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A host, by name or number, and a port.
///
/// @param host without brackets
/// @param port 0 to 65,535
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:/?#@\\[\\]\\s]+)):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;

  public static Optional<HostPort> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(3));
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return port > MAX_PORT ? Optional.empty() : Optional.of(new HostPort(host, port));
  }

  /// Without the zone of a link-local address: a URI of HTTP has no place for it.
  public static HostPort of(InetAddress address, int port) {
    String text = address.getHostAddress();
    int zone = address instanceof Inet6Address ? text.indexOf('%') : -1;
    return new HostPort(zone < 0 ? text : text.substring(0, zone), port);
  }

  public String uri(String scheme) {
    return scheme + "://" + this;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
