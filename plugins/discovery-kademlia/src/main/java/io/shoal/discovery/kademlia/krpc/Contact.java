package io.shoal.discovery.kademlia.krpc;

import java.net.InetSocketAddress;

/// A node as others know it: its id and where its datagrams come from. The address is resolved and
/// its port not 0.
public record Contact(NodeId id, InetSocketAddress address) {}
