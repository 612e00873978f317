package io.shoal.transport.tcp;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.shoal.transport.tcp.connection.TcpConnection;
import io.shoal.transport.tcp.connection.TransportContext;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/// What a channel consists of, whoever made it.
final class Pipelines {
  // Fewer and larger reads at line rate; the guess begins small for idle connections.
  private static final int MAX_RECEIVE_SIZE_BYTES = 256 * 1024;

  // What SslHandler waits for its last record when it closes: a peer that does not read must not
  // hold it.
  private static final long CLOSE_NOTIFY_TIMEOUT_MILLIS = 300;

  private Pipelines() {}

  static AdaptiveRecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, MAX_RECEIVE_SIZE_BYTES);
  }

  static void setUp(
      TransportContext shared, TcpConnection link, Channel channel, Optional<SSLEngine> engine) {
    shared.channels().add(channel);
    shared.links().add(link);
    channel.closeFuture().addListener(_ -> shared.channels().remove(channel));
    var _ = link.ended().whenComplete((_, _) -> shared.links().remove(link));
    engine.ifPresent(
        e -> {
          SslHandler tls = new SslHandler(e, shared.threads());
          tls.setHandshakeTimeoutMillis(shared.settings().handshakeTimeout().toMillis());
          tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT_MILLIS);
          channel.pipeline().addLast(tls);
        });
    channel.pipeline().addLast(link.wire());
  }
}
