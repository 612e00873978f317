package io.shoal.discovery.lan;

import java.net.InetSocketAddress;
import java.util.List;

/// A protocol of this node on the links, without sockets and clock. Confined to one thread.
interface Agent {
  /// The links are others from now on.
  void linksAre(Links links, long nowNanos);

  /// The node is reached elsewhere from now on.
  void reachableAt(OwnEndpoints endpoints, long nowNanos);

  /// A packet came.
  ///
  /// @param from on `link`
  /// @throws MalformedPacketException it is of no use
  void received(byte[] bytes, Group group, Link link, InetSocketAddress from, long nowNanos)
      throws MalformedPacketException;

  /// What is to be sent now.
  List<Outgoing> due(long nowNanos);

  /// How long until [#due] has something.
  ///
  /// @return nanoseconds; 0 or less: now; [Long#MAX_VALUE]: not before something happens
  long untilDueNanos(long nowNanos);

  /// What is to be sent last.
  List<Outgoing> farewell();
}
