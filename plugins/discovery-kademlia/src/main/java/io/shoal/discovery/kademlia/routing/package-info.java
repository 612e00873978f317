/// The known nodes: the routing table, the rules for its entries, and its encoding.
///
/// Start at [RoutingTable], a list of [Bucket]s with a [TableEntry] for each node. [Preference]
/// decides which node a full bucket keeps; [AddressRules] with [BoundId] (BEP 42) and
/// [AddressShares] decide which nodes count, and how many one network may have. [SavedTable] is the
/// table for the next start.
///
/// [Density] and [RoundTrip] are what lookups and answers teach about the network. [SourceCounts]
/// bounds what one source may store here. [DhtSettings] are the settings of a node, needed by every
/// package above.
@NullMarked
package io.shoal.discovery.kademlia.routing;

import org.jspecify.annotations.NullMarked;
