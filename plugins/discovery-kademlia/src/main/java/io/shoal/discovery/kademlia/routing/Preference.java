package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;

/// Decides which of two nodes a full bucket keeps: first a node whose id its address allows, where
/// [AddressRules] require that; then the one closer to a point that only this node knows, see
/// [RoutingTable].
record Preference(NodeId point, AddressRules rules) {

  boolean isBetter(Contact one, Contact other) {
    boolean ranks = rules.ranksFirst(one);
    return ranks == rules.ranksFirst(other)
        ? point.compareDistance(one.id(), other.id()) < 0
        : ranks;
  }

  /// Whether a newcomer cannot get the other's place.
  boolean isAbove(Contact there, Contact newcomer) {
    return rules.ranksFirst(there) && !rules.ranksFirst(newcomer);
  }
}
