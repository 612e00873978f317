/// Asks other nodes: one query and its outcome, and the iterative lookup made of many.
///
/// Start at [Lookup], the pure decision of which node to ask next, and why that ends; [LookupRun]
/// carries out one or several of them on disjoint paths. Queries go out through a [QuerySender],
/// which in the end is [PendingQueries]: it matches answers to queries and reports to the routing
/// table which nodes answer. A [StoringRound] gives something to the nodes that a lookup found.
///
/// [Network] is all that a node needs of the world outside, [Timers] all that it knows of time.
@NullMarked
package io.shoal.discovery.kademlia.lookup;

import org.jspecify.annotations.NullMarked;
