package io.shoal.transport.tcp.connection;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.shoal.api.Metrics;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import io.shoal.transport.tcp.InboundLimits;
import io.shoal.transport.tcp.settings.TcpSettings;
import io.shoal.transport.tcp.transfer.ReceiveWindows;
import io.shoal.wire.Nonce;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// What all connections of one transport share.
///
/// @param nonce marks this run of this node in its hellos
/// @param listenPorts by scheme, where this node accepts connections
/// @param channels all that are open, listening ones included
/// @param links all whose end the node was not told of
/// @param receiveWindows what all requests may have on their way together
/// @param threads a virtual thread a task, ended with the transport
public record TransportContext(
    TcpSettings settings,
    EventLoopGroup loops,
    TlsContext tls,
    PeerId self,
    Nonce nonce,
    String agent,
    ByteBufAllocator allocator,
    Map<String, Integer> listenPorts,
    Set<Channel> channels,
    Set<TcpConnection> links,
    InboundLimits inbound,
    ReceiveWindows receiveWindows,
    Executor threads,
    Metrics.Counter received,
    Metrics.Counter sent) {

  public static <K> Set<K> concurrentSet() {
    return ConcurrentHashMap.newKeySet();
  }
}
