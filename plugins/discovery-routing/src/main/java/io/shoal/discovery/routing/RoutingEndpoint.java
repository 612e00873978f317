package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// A routing server, as the operator names it.
///
/// @param base what stands before `/routing/v1`, without a slash at the end
/// @param trusted whether the addresses that it names count as the operator's
record RoutingEndpoint(URI base, boolean trusted) {
  private static final String API = "/routing/v1";
  private static final int MAX_CHARS = 512;

  /// @param key of the configuration, for the message
  /// @param text `http://HOST[:PORT][/PATH]` or `https`, with or without `/routing/v1`
  /// @throws InvalidConfigException it is not of that form
  static RoutingEndpoint parse(String key, String text, boolean trusted)
      throws InvalidConfigException {
    try {
      String plain = text.strip().replaceFirst("/+$", "");
      plain = plain.endsWith(API) ? plain.substring(0, plain.length() - API.length()) : plain;
      URI uri = new URI(plain);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean fits =
          (scheme.equals("http") || scheme.equals("https"))
              && uri.getHost() != null
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && text.length() <= MAX_CHARS
              && uri.getPort() <= 65_535
              && uri.getPort() != 0;
      if (fits) {
        return new RoutingEndpoint(uri, trusted);
      }
    } catch (URISyntaxException e) {
      throw wrong(key, text);
    }
    throw wrong(key, text);
  }

  private static InvalidConfigException wrong(String key, String text) {
    return new InvalidConfigException(
        "%s: '%s' is no routing server: write a URL such as https://routing.example.org"
            .formatted(key, Quoted.of(text)));
  }

  URI providersOf(Cid cid) {
    return URI.create(base + API + "/providers/" + cid.toV1());
  }

  URI providers() {
    return URI.create(base + API + "/providers");
  }

  String host() {
    return base.getHost();
  }

  /// Whether what is sent there can be read on the way.
  boolean isOpen() {
    return "http".equalsIgnoreCase(base.getScheme())
        && AddressRules.linkTo(host()) != Scope.LOOPBACK;
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
