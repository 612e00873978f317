package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Decides whether a node counts by its address, which bounds what one owner of many addresses can
/// do to tables and lookups. On loopback and in private networks every node counts.
/// Single-threaded.
public final class AddressRules {
  /// Nodes that the user named, and vouches for.
  static final int MAX_NAMED = 64;

  private final boolean onePerNetwork;
  private final Ids ids;
  private final Set<InetSocketAddress> named = new HashSet<>();

  /// @param onePerNetwork whether the nodes of one [AddressPrefix] are taken for one
  /// @param ids how much it matters whether an address allows an id
  public AddressRules(boolean onePerNetwork, Ids ids) {
    this.onePerNetwork = onePerNetwork;
    this.ids = ids;
  }

  /// How much it matters whether an id is one that its address allows (BEP 42).
  public enum Ids {
    /// Not at all.
    ANY,
    /// It has the first claim to a place in the table; a lookup takes what it finds.
    PREFERRED,
    /// Another counts for nothing.
    REQUIRED
  }

  public static AddressRules none() {
    return new AddressRules(false, Ids.ANY);
  }

  /// Frees an address from the rule of one node a network.
  public void exempt(InetSocketAddress address) {
    if (named.size() < MAX_NAMED) {
      named.add(address);
    }
  }

  /// The network whose limit the address counts against, if there is one.
  public Optional<AddressPrefix> boundNetwork(InetSocketAddress address) {
    return onePerNetwork
            && Scope.of(address.getAddress()) == Scope.GLOBAL
            && !named.contains(address)
        ? Optional.of(AddressPrefix.of(address.getAddress()))
        : Optional.empty();
  }

  /// Whether the node may be counted on: if not, it may be asked, but ends no lookup, and nothing
  /// is stored there.
  public boolean mayCount(Contact contact) {
    return ids != Ids.REQUIRED || isBound(contact);
  }

  /// Whether the node goes before those of which this is not true.
  boolean ranksFirst(Contact contact) {
    return ids != Ids.PREFERRED || isBound(contact);
  }

  private static boolean isBound(Contact contact) {
    return BoundId.matches(contact.id(), contact.address().getAddress());
  }
}
