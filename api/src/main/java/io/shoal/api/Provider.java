package io.shoal.api;

import java.util.Objects;

/// A peer that may have something, as a [Discovery] reports it. Made with [#at]; what else a
/// discovery can say of it is added by the methods that return the same provider with one thing
/// more. Immutable; equal when all of it is equal.
public final class Provider {
  private final PeerAddress address;
  private final Source source;
  private final boolean announced;

  private Provider(PeerAddress address, Source source, boolean announced) {
    this.address = address;
    this.source = source;
    this.announced = announced;
  }

  /// A peer of which strangers say that it has what is searched. The node dials it within the
  /// limits that it has for strangers: no port below 1024, and no host often.
  ///
  /// @param address where it is said to be
  /// @return announced, from strangers
  public static Provider at(PeerAddress address) {
    return new Provider(address, Source.STRANGERS, true);
  }

  /// The same, but named by the operator of this node: its configuration names the address, or the
  /// server that does. The node dials ports below 1024 and private addresses of it, and does not
  /// count the dials. An address that a stranger can choose is never from the operator.
  ///
  /// @return the same provider from [Source#OPERATOR]
  public Provider fromOperator() {
    return new Provider(address, Source.OPERATOR, announced);
  }

  /// The same, but nothing says that it has this very content: a neighbour, an entry of a list. The
  /// node asks it as well, and counts it as a provider only if it says itself that it has some.
  ///
  /// @return the same provider, not announced
  public Provider unannounced() {
    return new Provider(address, source, false);
  }

  /// Where it may be reached.
  ///
  /// @return the address that it was made with
  public PeerAddress address() {
    return address;
  }

  /// The party that vouches for the address.
  ///
  /// @return [Source#STRANGERS] unless [#fromOperator] was called
  public Source source() {
    return source;
  }

  /// Whether any party says that it has this content.
  ///
  /// @return true unless [#unannounced] was called
  public boolean isAnnounced() {
    return announced;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Provider that
        && address.equals(that.address)
        && source == that.source
        && announced == that.announced;
  }

  @Override
  public int hashCode() {
    return Objects.hash(address, source, announced);
  }

  /// For logs.
  @Override
  public String toString() {
    return address
        + (source == Source.OPERATOR ? ", named by the operator" : "")
        + (announced ? "" : ", not announced");
  }

  /// A party that vouches for an address. More may come: a `switch` over it has a `default` that
  /// treats them as [#STRANGERS].
  public enum Source {
    /// Anybody: the address came from parties that this node does not know.
    STRANGERS,
    /// The operator of this node.
    OPERATOR
  }
}
