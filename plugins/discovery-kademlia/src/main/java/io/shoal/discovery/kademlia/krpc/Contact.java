package io.shoal.discovery.kademlia.krpc;

import java.net.InetSocketAddress;

/// A node as others know it: its id and where its datagrams come from. The address is resolved and
/// its port not 0.
public record Contact(NodeId id, InetSocketAddress address) {
  /// An address as a user reads it.
  public static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}
