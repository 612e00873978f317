package io.shoal.transport.tcp;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.shoal.wire.StreamRules;
import io.shoal.wire.connection.FrameStream;
import io.shoal.wire.connection.WireConnection;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/// The handlers of a channel, whichever side dialled.
final class Pipelines {
  // Fewer and larger reads at line rate; the guess begins small for idle connections.
  private static final int MAX_RECEIVE_SIZE_BYTES = 256 * 1024;

  // How long SslHandler waits for its last record when it closes: a peer that does not read must
  // not
  // hold it.
  private static final long CLOSE_NOTIFY_TIMEOUT_MILLIS = 300;

  /// The name of the handler with the one stream.
  static final String STREAM = "frames";

  private Pipelines() {}

  static AdaptiveRecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, MAX_RECEIVE_SIZE_BYTES);
  }

  static void setUp(
      RunningTransport running,
      WireConnection connection,
      Channel channel,
      Optional<SSLEngine> engine) {
    running.channels().add(channel);
    running.connections().add(connection);
    channel.closeFuture().addListener(_ -> running.channels().remove(channel));
    var _ = connection.ended().whenComplete((_, _) -> running.connections().remove(connection));
    engine.ifPresent(e -> channel.pipeline().addLast(tls(running, e)));
    channel
        .pipeline()
        .addLast(STREAM, new FrameStream(connection.handler(), StreamRules.forAll()))
        .addLast(connection.handler());
  }

  static SslHandler tls(RunningTransport running, SSLEngine engine) {
    SslHandler tls = new SslHandler(engine, running.context().threads());
    tls.setHandshakeTimeoutMillis(running.settings().handshakeTimeout().toMillis());
    tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT_MILLIS);
    return tls;
  }
}
