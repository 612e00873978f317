/// Finds peers on the local network by multicast, and lets them find this node.
///
/// Start at [LanDiscovery], the plugin. [LanLoop] is the one thread with the sockets; it drives two
/// state machines that know neither socket nor clock: [ServiceAgent] speaks DNS-SD (RFC 6762, RFC
/// 6763) and keeps the [NeighbourTable], [KeyAgent] speaks BEP 14 and keeps the [HeardKeys]. Bytes
/// of strangers go through [DnsReader] and [SearchMessage] alone.
@NullMarked
package io.shoal.discovery.lan;

import org.jspecify.annotations.NullMarked;
