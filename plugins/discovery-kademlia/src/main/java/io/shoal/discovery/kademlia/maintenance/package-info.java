/// Membership in the network: a first node, the own id, a true routing table, and all lookups.
///
/// Start at [TableMaintenance]: it sees every answer and every silence, and keeps the routing table
/// up to date by pings and lookups. [Lookups] makes all lookups of a node, with seeds from the
/// table and the density that earlier ones met; [NetworkSize] estimates the same from many keys.
/// [Bootstrap] finds a first node, and new ones on an island. [AddressVotes] collects what other
/// nodes see as our address, to which the own id is then bound.
@NullMarked
package io.shoal.discovery.kademlia.maintenance;

import org.jspecify.annotations.NullMarked;
