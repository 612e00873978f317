package io.shoal.transport.quic;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.shoal.api.TlsContext;
import io.shoal.wire.admission.InboundLimits;
import io.shoal.wire.admission.PendingHandshakes;
import io.shoal.wire.connection.ConnectionContext;
import io.shoal.wire.connection.WireConnection;
import java.security.SecureRandom;
import java.util.Set;

/// A transport between start and close.
///
/// @param context what its connections know of it
/// @param sockets all UDP sockets that are open
/// @param channels all QUIC connections that are open, those in their handshake included
/// @param connections all whose end the node was not notified of
record RunningTransport(
    QuicSettings settings,
    TlsContext tls,
    PeerTrust trust,
    SecureRandom random,
    ConnectionContext context,
    EventLoopGroup loops,
    Set<Channel> sockets,
    Set<Channel> channels,
    Set<WireConnection> connections,
    InboundLimits inbound,
    PendingHandshakes handshakes) {}
