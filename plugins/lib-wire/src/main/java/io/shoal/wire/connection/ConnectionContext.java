package io.shoal.wire.connection;

import io.netty.buffer.ByteBufAllocator;
import io.shoal.api.Metrics;
import io.shoal.api.PeerId;
import io.shoal.wire.Nonce;
import io.shoal.wire.transfer.ReceiveWindows;
import java.time.Duration;
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
public record ConnectionContext(
    Timeouts timeouts,
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
    Metrics.Counter sent) {

  /// How long a peer may take.
  ///
  /// @param handshake from the connection until both hellos are exchanged
  /// @param idle silence, or output that does not move, after which a peer counts as gone
  public record Timeouts(Duration handshake, Duration idle) {}
}
