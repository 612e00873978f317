package io.shoal.discovery.routing;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The text form of multiaddrs, as far as HTTP goes: `/ip4/192.0.2.7/tcp/80/http` is
/// `http://192.0.2.7:80`, and `/dns/example.org/tcp/443/tls/http` (or `/https`, the older form) is
/// `https://example.org:443`. All others are kept as they are and mean nothing here: Shoal's own
/// protocols have no names in the table of multiaddrs, see [PeerRecord].
final class Multiaddr {
  /// Longer than that of any path that is dialled.
  static final int MAX_CHARS = 256;

  private static final List<String> NAMES = List.of("dns", "dns4", "dns6");

  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private Multiaddr() {}

  /// Whether a text has the form of a multiaddr whose first part is a host. Its protocols need not
  /// be known.
  static boolean isAddress(String text) {
    return text.length() <= MAX_CHARS
        && text.matches("/(ip4|ip6|dns|dns4|dns6|dnsaddr)/[!-~]+")
        && (!text.startsWith("/ip") || ip(text).isPresent());
  }

  /// The host, if it is a number.
  static Optional<InetAddress> ip(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 3 || !parts[1].equals("ip4") && !parts[1].equals("ip6")) {
      return Optional.empty();
    }
    try {
      InetAddress ip = InetAddress.ofLiteral(parts[2]);
      return Optional.of(ip).filter(_ -> parts[2].indexOf('%') < 0);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// The same address at another host.
  static String at(InetAddress host, String text) {
    String[] parts = text.split("/", 4);
    return place(host) + (parts.length > 3 ? "/" + parts[3] : "");
  }

  private static String place(InetAddress host) {
    return (host instanceof Inet4Address ? "/ip4/" : "/ip6/") + AddressRules.literal(host);
  }

  /// The address of a gateway as a node dials it.
  ///
  /// @param text from anywhere
  /// @return empty for anything but a gateway's
  static Optional<PeerAddress> gateway(String text) {
    if (!isAddress(text)) {
      return Optional.empty();
    }
    List<String> parts = Arrays.asList(text.substring(1).split("/", -1));
    if (parts.size() < 5 || !parts.get(2).equals("tcp")) {
      return Optional.empty();
    }
    String host = parts.get(1);
    return scheme(host, parts.subList(4, parts.size()))
        .flatMap(
            scheme ->
                address(
                    scheme
                        + "://"
                        + (host.indexOf(':') < 0 ? host : "[" + host + "]")
                        + ":"
                        + parts.get(3)));
  }

  private static Optional<PeerAddress> address(String uri) {
    try {
      return Optional.of(PeerAddress.parse(uri));
    } catch (InvalidInputException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> scheme(String host, List<String> protocols) {
    List<String> stack = protocols;
    int size = stack.size();
    if (size > 2 && stack.get(size - 2).equals("p2p")) {
      stack = stack.subList(0, size - 2);
    }
    if (stack.equals(List.of("http"))) {
      return Optional.of("http");
    }
    boolean secure =
        stack.equals(List.of("https"))
            || stack.equals(List.of("tls", "http"))
            // A certificate of another name than the host's could not be asked for.
            || stack.equals(List.of("tls", "sni", host, "http"));
    return secure ? Optional.of("https") : Optional.empty();
  }

  /// A gateway's address as other clients read it.
  ///
  /// @return empty if it is none, or has a path, which has no form that they know
  static Optional<String> of(PeerAddress address) {
    boolean secure = address.scheme().equals("https");
    boolean plainPath = address.path().length() <= 1 && address.query().isEmpty();
    if (!secure && !address.scheme().equals("http") || !plainPath) {
      return Optional.empty();
    }
    OptionalInt port = address.port();
    String rest =
        "/tcp/" + port.orElse(secure ? HTTPS_PORT : HTTP_PORT) + (secure ? "/tls/http" : "/http");
    Optional<String> place =
        address.ip().map(Multiaddr::place).or(() -> address.host().map(name -> "/dns/" + name));
    return place.map(host -> host + rest).filter(Multiaddr::isAddress);
  }

  /// Whether the host is a name that only resolves here.
  static boolean isLocalName(String text) {
    String[] parts = text.split("/", -1);
    return parts.length > 2 && NAMES.contains(parts[1]) && AddressRules.isLocalName(parts[2]);
  }
}
