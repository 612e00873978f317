package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;

/// Which of two nodes a full bucket keeps: one whose id its address allows before one that chose
/// it, where [AddressRules] say so; then the one closer to a point that nobody else knows, see
/// [RoutingTable].
record Preference(NodeId point, AddressRules rules) {

  boolean isBetter(Contact one, Contact other) {
    boolean ranks = rules.ranksFirst(one);
    return ranks == rules.ranksFirst(other)
        ? point.compareDistance(one.id(), other.id()) < 0
        : ranks;
  }

  /// Whether somebody's place is out of the newcomer's reach.
  boolean isAbove(Contact there, Contact newcomer) {
    return rules.ranksFirst(there) && !rules.ranksFirst(newcomer);
  }
}
