package io.shoal.discovery.lan;

import java.net.InetSocketAddress;
import java.util.Optional;

/// A packet to send.
///
/// @param group over its socket
/// @param link on this link
/// @param to to this address alone; empty: to the group
/// @param bytes its contents, not changed any more
@SuppressWarnings("ArrayRecordComponent") // never compared
record Outgoing(Group group, Link link, Optional<InetSocketAddress> to, byte[] bytes) {
  static Outgoing multicast(Group group, Link link, byte[] bytes) {
    return new Outgoing(group, link, Optional.empty(), bytes);
  }
}
