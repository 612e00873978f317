/// A whole member as one state machine, without threads, clock, socket or file.
///
/// Start at [DhtNode]: it wires the packages below together, and is all that the plugin and the
/// simulation see of them. Datagrams, commands and the time go in by method calls; datagrams go out
/// through a `Network`, results through listeners. [Inspector] and [LookupTrace] look inside for
/// `shoal dht`; [DefenceCounters] and `TrafficCounters` count.
///
/// The invariant of this package and of all below it: a class is used by one thread and starts
/// none, never blocks, and reads no clock, random source, environment, file or socket. Time is a
/// parameter `nowMillis` that never goes back, random numbers come from the generator given to the
/// constructor. `InetSocketAddress` and `InetAddress` are used as values only and never resolve a
/// name. Logging is left to the plugin.
@NullMarked
package io.shoal.discovery.kademlia.node;

import org.jspecify.annotations.NullMarked;
