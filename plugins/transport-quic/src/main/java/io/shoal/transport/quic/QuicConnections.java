package io.shoal.transport.quic;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.util.AttributeKey;
import io.shoal.api.ChunkServer;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.wire.WireLimits;
import io.shoal.wire.connection.WireConnection;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What all connections are set up with, whichever side dialled.
final class QuicConnections {
  /// The peer that a dial is to reach.
  static final AttributeKey<Optional<PeerId>> EXPECTED = AttributeKey.valueOf("shoal.expected");

  private static final AttributeKey<QuicCarrier> CARRIER = AttributeKey.valueOf("shoal.carrier");

  // What every path of the Internet carries, but for a few: larger packets are lost without a word.
  private static final long MAX_PACKET_SIZE_BYTES = 1_350;

  // A window at the start, for all streams of a connection; it doubles as long as this side reads
  // as fast as the peer sends.
  private static final long CONNECTION_WINDOW_SIZE_BYTES = 4L << 20;

  // Of a stream that the peer opened: two of the longest frames that come there.
  private static final long PEER_STREAM_WINDOW_SIZE_BYTES =
      2L * WireLimits.MAX_SNAPSHOT_PART_SIZE_BYTES;

  // Heads of frames beside the bytes that the credit of a request counts.
  private static final long FRAME_HEADS_SIZE_BYTES = 64 * 1024;

  // A stream counts until both ends have acknowledged its end, which a request does not wait for.
  private static final long MAX_STREAMS = 2L * WireLimits.MAX_REQUESTS;

  // The addresses that a side which dialled may have, one after the other; the library forgets
  // none.
  private static final long MAX_ADDRESSES = 16;

  // Fewer and larger reads at line rate; the guess begins small for idle streams.
  private static final int MAX_RECEIVE_SIZE_BYTES = 64 * 1024;

  private final RunningTransport running;
  private final QuicSslContext clientTls;
  private final QuicSslContext serverTls;

  QuicConnections(RunningTransport running) {
    this.running = running;
    // Sessions are not resumed, and nothing is sent before the handshake ended: each connection
    // shows its certificate anew.
    this.clientTls =
        QuicSslContextBuilder.forClient()
            .keyManager(running.tls().keyManager(), null)
            .trustManager(running.trust())
            .applicationProtocols(QuicTransport.PROTOCOL)
            .endpointIdentificationAlgorithm("")
            .earlyData(false)
            .build();
    this.serverTls =
        QuicSslContextBuilder.forServer(running.tls().keyManager(), null)
            .trustManager(running.trust())
            .applicationProtocols(QuicTransport.PROTOCOL)
            .clientAuth(ClientAuth.REQUIRE)
            .earlyData(false)
            .build();
  }

  <B extends QuicCodecBuilder<B>> B set(B codec) {
    QuicSettings settings = running.settings();
    return codec
        .sslEngineProvider(this::engine)
        .sslTaskExecutor(running.context().threads())
        .maxIdleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxSendUdpPayloadSize(MAX_PACKET_SIZE_BYTES)
        .maxRecvUdpPayloadSize(MAX_PACKET_SIZE_BYTES)
        .initialMaxData(Math.max(CONNECTION_WINDOW_SIZE_BYTES, 2L * settings.windowBytes()))
        .initialMaxStreamDataBidirectionalLocal(settings.windowBytes() + FRAME_HEADS_SIZE_BYTES)
        .initialMaxStreamDataBidirectionalRemote(PEER_STREAM_WINDOW_SIZE_BYTES)
        .initialMaxStreamsBidirectional(MAX_STREAMS)
        .activeConnectionIdLimit(MAX_ADDRESSES)
        .activeMigration(true);
  }

  static RecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, MAX_RECEIVE_SIZE_BYTES);
  }

  private QuicSslEngine engine(QuicChannel channel) {
    Optional<PeerId> expected = channel.attr(EXPECTED).get();
    QuicSslContext tls = expected == null ? serverTls : clientTls;
    QuicSslEngine engine = tls.newEngine(channel.alloc());
    running.trust().expect(engine, expected == null ? Optional.empty() : expected);
    channel.closeFuture().addListener(_ -> running.trust().forget(engine));
    return engine;
  }

  /// Takes the streams that the peer opens.
  static ChannelInitializer<QuicStreamChannel> streams() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(QuicStreamChannel opened) {
        opened.parent().attr(CARRIER).get().accept(opened);
      }
    };
  }

  /// Makes a connection of a channel.
  ///
  /// @param dialled the address that this node dialled; empty if the peer did
  /// @param takesPlace whether there is room for it, once its handshake ended
  WireConnection setUp(
      QuicChannel channel,
      InetSocketAddress remote,
      Optional<PeerAddress> dialled,
      ChunkServer server,
      BooleanSupplier takesPlace) {
    QuicCarrier carrier = new QuicCarrier(running, channel, remote, dialled.isPresent());
    WireConnection connection =
        new WireConnection(
            running.context(), QuicTransport.QUIC.name(), dialled, server, carrier, takesPlace);
    channel.attr(CARRIER).set(carrier);
    running.channels().add(channel);
    running.connections().add(connection);
    channel.closeFuture().addListener(_ -> running.channels().remove(channel));
    var _ = connection.ended().whenComplete((_, _) -> running.connections().remove(connection));
    carrier.attach(connection.handler());
    connection.handler().requireGreetingInTime();
    return connection;
  }
}
