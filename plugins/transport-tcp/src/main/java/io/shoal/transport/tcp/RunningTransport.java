package io.shoal.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.shoal.api.TlsContext;
import io.shoal.wire.admission.InboundLimits;
import io.shoal.wire.admission.PendingHandshakes;
import io.shoal.wire.connection.ConnectionContext;
import io.shoal.wire.connection.WireConnection;
import java.util.Set;

/// A transport between start and close.
///
/// @param context what its connections know of it
/// @param channels all that are open, listening ones included
/// @param connections all whose end the node was not notified of
record RunningTransport(
    TcpSettings settings,
    TlsContext tls,
    ConnectionContext context,
    EventLoopGroup loops,
    Set<Channel> channels,
    Set<WireConnection> connections,
    InboundLimits inbound,
    PendingHandshakes handshakes) {}
