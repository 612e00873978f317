package io.shoal.api;

import java.util.Locale;

/// A URI scheme that a [Transport] speaks, and how well it protects.
///
/// @param name the scheme, lower case: `tcps`
/// @param protection what it gives
public record Scheme(String name, Protection protection) {

  public Scheme {
    if (!name.matches("[a-z][a-z0-9+.-]{0,15}")) {
      throw new IllegalArgumentException(
          "'"
              + name.toLowerCase(Locale.ROOT)
              + "' is not a URI scheme: a-z, then up to 15 of a-z 0-9 + . -");
    }
  }

  /// The protection that a scheme gives. A node with `tls: required` uses no [#PLAIN] one.
  public enum Protection {
    /// Encrypted, and both sides prove their [PeerId].
    ENCRYPTED,
    /// Never leaves this machine.
    LOCAL,
    /// Neither encrypted nor authenticated: for networks that are trusted.
    PLAIN
  }
}
