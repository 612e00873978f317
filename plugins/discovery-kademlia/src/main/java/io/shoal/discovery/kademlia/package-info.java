/// The plugin: configuration, sockets, the one thread, and the blocking calls of the API.
///
/// Start at [KademliaDiscovery]: it implements the API and hands each call to a [Membership], which
/// is a node that has joined. Membership opens the [Sockets], loads the [TableFile], and starts the
/// [DhtLoop].
///
/// The loop is the only thread that touches a DHT node. It owns one `DhtNode` for each address
/// family (package `node`) and does three things in turn: it hands datagrams from the socket to the
/// node of their family, runs commands that other threads posted, and calls the node when one of
/// its timers is due. What the node sends goes out through the same socket. Figures come out
/// several times a second as an immutable snapshot, which any thread may read.
///
/// A blocking call of the API ([BlockingCalls], [ItemRecords], and [DhtInspection] for `shoal dht`)
/// posts a command to the loop and waits in its own thread, on a queue, for what the node brings. A
/// call waits no longer than the contract allows. Name lookups ([BootstrapNames]) and the saving of
/// the table block, so each runs on a virtual thread of its own.
///
/// Below this package there is no thread, clock, socket or file: the packages from `node` down are
/// state machines, so that the simulation in the tests runs thousands of nodes in one thread.
/// Monotonic time and the source of random numbers are created in [Membership] and handed down.
/// From the top: `node` is the whole member; `respond` answers queries; `announce` keeps own keys
/// announced and `item` stored values alive; `maintenance` keeps the routing table true; `lookup`
/// asks other nodes; `routing` is the table; `krpc` reads and writes datagrams; `bencode` is their
/// encoding.
@NullMarked
package io.shoal.discovery.kademlia;

import org.jspecify.annotations.NullMarked;
