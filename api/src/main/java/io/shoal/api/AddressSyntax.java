package io.shoal.api;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// The grammar of a [PeerAddress]: the only place where its parts are told apart.
final class AddressSyntax {
  private static final int MAX_SCHEME_CHARS = 16;
  private static final int MAX_NAME_CHARS = 253;
  private static final int MAX_LABEL_CHARS = 63;
  private static final int MAX_PORT = 65_535;
  private static final int MAX_PORT_CHARS = 5;
  private static final int SHOWN_CHARS = 80;
  private static final String SLASHES = "://";

  private AddressSyntax() {}

  /// Why a text is no address, or empty if it is one.
  static Optional<String> faultOf(String uri) {
    if (uri.length() > PeerAddress.MAX_SIZE_BYTES) {
      return Optional.of(
          "a peer address has at most "
              + PeerAddress.MAX_SIZE_BYTES
              + " bytes, this one has "
              + uri.length());
    }
    return whatIsWrong(uri)
        .map(
            wrong ->
                "'"
                    + Quoted.of(
                        uri.length() > SHOWN_CHARS ? uri.substring(0, SHOWN_CHARS) + "…" : uri)
                    + "' is no peer address ("
                    + wrong
                    + "): expected SCHEME://HOST:PORT, such as tcps://192.0.2.7:4600, or SCHEME:///PATH");
  }

  private static Optional<String> whatIsWrong(String uri) {
    int scheme = uri.indexOf(':');
    if (scheme < 0 || !isScheme(uri.substring(0, scheme))) {
      return Optional.of("it does not begin with a scheme");
    }
    if (!uri.startsWith(SLASHES, scheme)) {
      return Optional.of("'//' does not follow the scheme");
    }
    Optional<String> wrong = whatIsWrongWithPlace(authority(uri));
    if (wrong.isPresent()) {
      return wrong;
    }
    String path = path(uri);
    if (authority(uri).isEmpty() && path.length() < 2) {
      return Optional.of("it has neither host nor path");
    }
    return isEncoded(path) && isEncoded(query(uri).orElse(""))
        ? Optional.empty()
        : Optional.of("its path has a character that must be written as %XX");
  }

  private static Optional<String> whatIsWrongWithPlace(String authority) {
    if (authority.isEmpty()) {
      return Optional.empty();
    }
    if (authority.indexOf('@') >= 0) {
      return Optional.of("user information has no place in it");
    }
    int end = endOfHost(authority);
    if (!isHost(authority.substring(0, end))) {
      return Optional.of("its host is neither a name nor an IP address");
    }
    boolean portFits = end == authority.length() || isPort(authority.substring(end));
    return portFits ? Optional.empty() : Optional.of("its port is not 1 to " + MAX_PORT);
  }

  private static int endOfHost(String authority) {
    if (authority.startsWith("[")) {
      return authority.indexOf(']') + 1;
    }
    int colon = authority.indexOf(':');
    return colon < 0 ? authority.length() : colon;
  }

  private static String authority(String uri) {
    int start = uri.indexOf(':') + SLASHES.length();
    return uri.substring(start, endOfAuthority(uri, start));
  }

  private static int endOfAuthority(String uri, int start) {
    int at = start;
    while (at < uri.length() && uri.charAt(at) != '/' && uri.charAt(at) != '?') {
      at++;
    }
    return at;
  }

  static Optional<String> host(String uri) {
    String authority = authority(uri);
    if (authority.isEmpty()) {
      return Optional.empty();
    }
    String host = authority.substring(0, endOfHost(authority));
    return Optional.of(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
  }

  static OptionalInt port(String uri) {
    String authority = authority(uri);
    int end = authority.isEmpty() ? 0 : endOfHost(authority);
    return end == authority.length()
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(authority, end + 1, authority.length(), 10));
  }

  static String path(String uri) {
    int start = endOfAuthority(uri, uri.indexOf(':') + SLASHES.length());
    int query = uri.indexOf('?', start);
    return uri.substring(start, query < 0 ? uri.length() : query);
  }

  static Optional<String> query(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? Optional.empty() : Optional.of(uri.substring(query + 1));
  }

  /// @param host without brackets, in a form that was checked
  static Optional<InetAddress> ip(String host) {
    return host.indexOf(':') >= 0 || isNumber(host.substring(host.lastIndexOf('.') + 1))
        ? Optional.of(InetAddress.ofLiteral(host))
        : Optional.empty();
  }

  private static boolean isScheme(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_SCHEME_CHARS
        && isLetter(text.charAt(0))
        && text.chars().allMatch(c -> isLetter(c) || isDigit(c) || "+.-".indexOf(c) >= 0);
  }

  private static boolean isHost(String host) {
    if (host.startsWith("[")) {
      return isIpv6(host.substring(1, host.length() - 1));
    }
    return isNumber(host.substring(host.lastIndexOf('.') + 1)) ? isIpv4(host) : isName(host);
  }

  private static boolean isIpv6(String text) {
    if (text.indexOf(':') < 0 || text.indexOf('%') >= 0) {
      return false;
    }
    try {
      InetAddress.ofLiteral(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    for (String part : parts) {
      boolean decimal =
          !part.isEmpty() && part.length() <= 3 && part.chars().allMatch(AddressSyntax::isDigit);
      if (!decimal || part.length() > 1 && part.startsWith("0") || Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return parts.length == 4;
  }

  /// What a resolver may take for a part of an IPv4 address.
  private static boolean isNumber(String label) {
    boolean hex = label.startsWith("0x") || label.startsWith("0X");
    return hex
        ? label.chars().skip(2).allMatch(c -> Character.digit(c, 16) >= 0)
        : !label.isEmpty() && label.chars().allMatch(AddressSyntax::isDigit);
  }

  private static boolean isName(String text) {
    if (text.length() > MAX_NAME_CHARS) {
      return false;
    }
    for (String label : text.split("\\.", -1)) {
      if (label.isEmpty()
          || label.length() > MAX_LABEL_CHARS
          || label.startsWith("-")
          || label.endsWith("-")
          || !label.chars().allMatch(c -> isLetter(c) || isDigit(c) || c == '-' || c == '_')) {
        return false;
      }
    }
    return true;
  }

  /// @param text with the colon before it
  private static boolean isPort(String text) {
    int digits = text.length() - 1;
    return text.startsWith(":")
        && digits >= 1
        && digits <= MAX_PORT_CHARS
        && text.chars().skip(1).allMatch(AddressSyntax::isDigit)
        && text.charAt(1) != '0'
        && Integer.parseInt(text, 1, text.length(), 10) <= MAX_PORT;
  }

  /// Whether a path or query is written as RFC 3986 says.
  private static boolean isEncoded(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        boolean hex =
            i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2));
        if (!hex) {
          return false;
        }
      } else if (!isLetter(c) && !isDigit(c) && "-._~!$&'()*+,;=:@/?".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(char c) {
    return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
  }

  private static boolean isLetter(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
