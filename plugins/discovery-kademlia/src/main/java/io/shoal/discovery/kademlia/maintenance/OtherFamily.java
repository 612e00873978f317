package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.util.Set;

/// The node of the other address family on this machine, as a lookup needs it: an answer in one
/// network may name nodes of both (BEP 32).
interface OtherFamily {
  /// The families of nodes to ask for: both as long as the other node knows few, else the own one
  /// alone.
  Set<Family> want();

  /// Hands over the nodes of the other family that an answer named.
  ///
  /// @param link how far the address reaches from which the answer came
  void handOver(Scope link, Packet.Answer answer, long nowMillis);
}
