package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What a node's address must be like for it to count: bounds what one owner of addresses can do to
/// tables and lookups. Nothing of it holds on loopback and in private networks. Single-threaded.
final class AddressRules {
  /// Nodes that the user named: his word stands for them.
  static final int MAX_NAMED = 64;

  private final boolean onePerNetwork;
  private final boolean boundIds;
  private final Set<InetSocketAddress> named = new HashSet<>();

  /// @param onePerNetwork whether the nodes of one [AddressPrefix] are taken for one
  /// @param boundIds whether an id must be valid for its address (BEP 42)
  AddressRules(boolean onePerNetwork, boolean boundIds) {
    this.onePerNetwork = onePerNetwork;
    this.boundIds = boundIds;
  }

  static AddressRules none() {
    return new AddressRules(false, false);
  }

  /// Frees an address from the rule of one node a network.
  void exempt(InetSocketAddress address) {
    if (named.size() < MAX_NAMED) {
      named.add(address);
    }
  }

  /// The network against whose bound the address counts, if it counts at all.
  Optional<AddressPrefix> boundNetwork(InetSocketAddress address) {
    return onePerNetwork
            && Scope.of(address.getAddress()) == Scope.GLOBAL
            && !named.contains(address)
        ? Optional.of(AddressPrefix.of(address.getAddress()))
        : Optional.empty();
  }

  /// Whether the node may be counted on: if not, it may be asked, but ends no lookup, and nothing
  /// is stored there.
  boolean mayCount(Contact contact) {
    return !boundIds || BoundId.matches(contact.id(), contact.address().getAddress());
  }
}
