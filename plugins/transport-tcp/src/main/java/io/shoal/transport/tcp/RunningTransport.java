package io.shoal.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.shoal.transport.tcp.connection.TcpConnection;
import io.shoal.transport.tcp.connection.TransportContext;
import java.util.Set;

/// A transport between start and close.
///
/// @param context what its connections know of it
/// @param channels all that are open, listening ones included
/// @param connections all whose end the node was not notified of
record RunningTransport(
    TransportContext context,
    EventLoopGroup loops,
    Set<Channel> channels,
    Set<TcpConnection> connections,
    InboundLimits inbound,
    PendingHandshakes handshakes) {}
