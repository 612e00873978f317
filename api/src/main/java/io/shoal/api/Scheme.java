package io.shoal.api;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// A URI scheme that a [Transport] speaks, and what its connections give to those who use them. The
/// plugin declares [traits][Trait], the node decides by them whether it uses the scheme, and for
/// what. A scheme that it does not use it logs, with the reason and the key to change.
///
/// Immutable. Two schemes are equal if their names and traits are.
public final class Scheme {

  /// The most characters of a [#name].
  public static final int MAX_NAME_LENGTH = 16;

  private final String name;
  private final Set<Trait> traits;

  private Scheme(String name, Set<Trait> traits) {
    if (!name.matches("[a-z][a-z0-9+.-]{0," + (MAX_NAME_LENGTH - 1) + "}")) {
      throw new IllegalArgumentException(
          "'%s' is not a URI scheme: a-z, then up to %d of a-z 0-9 + . -"
              .formatted(name, MAX_NAME_LENGTH - 1));
    }
    this.name = name;
    this.traits = Collections.unmodifiableSet(traits);
  }

  /// A scheme.
  ///
  /// ```java
  /// Scheme.of("tcps", CONFIDENTIAL, PROVES_BOTH, BINDS, SYMMETRIC, AVAILABILITY, MESSAGES)
  /// Scheme.of("https", CONFIDENTIAL, PROVES_NAME)
  /// Scheme.of("http")
  /// ```
  ///
  /// @param name in lower case: `a-z`, then up to 15 of `a-z 0-9 + . -`
  /// @param traits what holds for every connection of the scheme, in any order
  /// @return the scheme
  /// @throws IllegalArgumentException the name is of another form
  public static Scheme of(String name, Trait... traits) {
    Set<Trait> all = EnumSet.noneOf(Trait.class);
    all.addAll(Arrays.asList(traits));
    return new Scheme(name, all);
  }

  /// Its name.
  ///
  /// @return what stands before the colon of an address: `tcps`
  public String name() {
    return name;
  }

  /// Everything that holds for its connections.
  ///
  /// @return unmodifiable, in the order of the constants
  public Set<Trait> traits() {
    return traits;
  }

  /// Whether something holds for its connections.
  ///
  /// @param trait what is asked for
  /// @return whether it was declared
  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Scheme that && name.equals(that.name) && traits.equals(that.traits);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name + traits.stream().map(Trait::name).collect(Collectors.joining(", ", "[", "]"));
  }

  /// What holds for every connection of a scheme, inbound and outbound. Only the node branches on
  /// it, so that later versions may have more.
  public enum Trait {
    /// Nobody between the two ends reads or changes what they say. A node with `tls: required` uses
    /// no other scheme, but for [#LOCAL] ones and those that the user names in `transport.plain`.
    CONFIDENTIAL,

    /// Both sides prove their [PeerId]: [RemotePeer#provenId] is present. A node whose `access` is
    /// not `open` uses no other scheme.
    PROVES_BOTH,

    /// The side that was dialled proves the name in its address by other means, such as a web
    /// certificate. The node takes it for information.
    PROVES_NAME,

    /// [PeerConnection#channelBinding] is present. A node whose `access` is `shared-secret` uses no
    /// other scheme.
    BINDS,

    /// Nothing leaves this machine. A node with `tls: required` uses it also without
    /// [#CONFIDENTIAL]; what `access` demands of other schemes it demands of this one too.
    LOCAL,

    /// Either side may ask once a connection is open. Without it only the side that dialled asks:
    /// the node answers nothing over its own dials, and fetches nothing over inbound connections.
    SYMMETRIC,

    /// [PeerConnection#watch] reports more than [Availability.Unknown].
    AVAILABILITY,

    /// [PeerConnection#send] carries the node's messages, and [ChunkServer#message] takes the
    /// peer's. Without it the node never calls `send`: it introduces no peers to each other there,
    /// and asks for no digests. A node whose `access` is `shared-secret` uses no other scheme.
    MESSAGES
  }
}
