package io.shoal.discovery.routing;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.Quoted;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// An address to listen at, as a user writes it: `HOST:PORT`, an IPv6 host in brackets.
final class HostPort {
  private HostPort() {}

  /// @param key of the configuration, for the message
  static InetSocketAddress parse(String key, String text) throws InvalidConfigException {
    int colon = text.lastIndexOf(':');
    String host = colon < 1 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    String port = text.substring(colon + 1);
    boolean fits =
        !bare.isBlank()
            && bracketed == bare.indexOf(':') >= 0
            && port.matches("[0-9]{1,5}")
            && Integer.parseInt(port) <= 65_535;
    if (!fits) {
      throw new InvalidConfigException(
          "%s is '%s': write HOST:PORT, such as 0.0.0.0:8190".formatted(key, Quoted.of(text)));
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(bare), Integer.parseInt(port));
    } catch (UnknownHostException e) {
      throw new InvalidConfigException(
          "%s: the host '%s' is not known: write an IP address of this machine"
              .formatted(key, Quoted.of(bare)),
          e);
    }
  }

  static String text(InetSocketAddress address) {
    String host = AddressRules.literal(address.getAddress());
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}
