package io.shoal.transport.tcp.connection;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.api.Metrics;
import io.shoal.api.PeerId;
import io.shoal.api.TlsContext;
import io.shoal.transport.tcp.settings.TcpSettings;
import io.shoal.transport.tcp.transfer.ReceiveWindows;
import io.shoal.wire.Nonce;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// The parts that all connections of one transport share.
///
/// @param nonce marks this run of this node in its hellos
/// @param twin remembers another node with the same identity
/// @param listenPorts by scheme, where this node accepts connections
/// @param receiveWindows what all requests may have on their way together
/// @param threads a virtual thread a task, ended with the transport
/// @param nanoTime monotonic, any origin
public record TransportContext(
    TcpSettings settings,
    TlsContext tls,
    PeerId self,
    Nonce nonce,
    IdentityTwin twin,
    String agent,
    ByteBufAllocator allocator,
    Map<String, Integer> listenPorts,
    ReceiveWindows receiveWindows,
    Executor threads,
    LongSupplier nanoTime,
    Metrics.Counter received,
    Metrics.Counter sent) {}
