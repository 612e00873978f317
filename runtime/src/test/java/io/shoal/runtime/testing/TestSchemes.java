package io.shoal.runtime.testing;

import io.shoal.api.Scheme;

/// Schemes as transports declare them.
public final class TestSchemes {
  /// All that a peer of the same program can do.
  public static final Scheme TCPS = whole("tcps");

  /// The same without TLS.
  public static final Scheme TCP =
      Scheme.of("tcp", Scheme.Trait.SYMMETRIC, Scheme.Trait.AVAILABILITY, Scheme.Trait.MESSAGES);

  /// On one machine.
  public static final Scheme UNIX =
      Scheme.of(
          "unix",
          Scheme.Trait.LOCAL,
          Scheme.Trait.SYMMETRIC,
          Scheme.Trait.AVAILABILITY,
          Scheme.Trait.MESSAGES);

  /// A foreign protocol: chunks for those that dial, and nothing else.
  public static final Scheme HTTP = Scheme.of("http");

  private TestSchemes() {}

  public static Scheme whole(String name) {
    return Scheme.of(
        name,
        Scheme.Trait.CONFIDENTIAL,
        Scheme.Trait.PROVES_BOTH,
        Scheme.Trait.BINDS,
        Scheme.Trait.SYMMETRIC,
        Scheme.Trait.AVAILABILITY,
        Scheme.Trait.MESSAGES);
  }
}
