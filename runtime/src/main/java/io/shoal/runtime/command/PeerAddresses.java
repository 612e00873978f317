package io.shoal.runtime.command;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a peer's address as users type and copy it: also with the zone of a link-local address, as
/// tools print it (`tcps://[fe80::1%eth0]:4600`) or as RFC 6874 writes it (`%25eth0`).
public final class PeerAddresses {
  private static final Pattern ZONED =
      Pattern.compile(
          "([A-Za-z0-9+.-]+://\\[[0-9a-fA-F:.]+)%(?:25)?([A-Za-z0-9._~-]{1,32})(]:\\d+)(#.*)?");

  private PeerAddresses() {}

  /// @throws InvalidInputException the text is no address: the message says why
  public static PeerAddress parse(String text) throws InvalidInputException {
    Matcher zoned = ZONED.matcher(text);
    if (!zoned.matches()) {
      return PeerAddress.parse(text);
    }
    // An address has no place for a zone in its host; its transport reads it in the query.
    String peer = zoned.group(4) == null ? "" : zoned.group(4);
    return PeerAddress.parse(zoned.group(1) + zoned.group(3) + "?zone=" + zoned.group(2) + peer);
  }
}
