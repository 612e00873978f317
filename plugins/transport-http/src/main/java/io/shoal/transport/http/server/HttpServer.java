package io.shoal.transport.http.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.shoal.api.ChunkServer;
import io.shoal.api.PeerAddress;
import io.shoal.transport.http.settings.HostPort;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections of clients, and ends them. Usable from any thread.
public final class HttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /// A path of names as long as a file system has them, each byte as `%XX`.
  private static final int MAX_LINE_BYTES = 8 * 1024;

  /// Browsers send a few hundred bytes of headers, and cookies that are of no use here.
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private static final int BODY_PART_BYTES = 4 * 1024;

  private final ServerContext context;
  private final EventLoopGroup loops;
  private final ByteBufAllocator allocator;
  private final Optional<SSLContext> tls;
  private final InboundLimits limits;
  private final Map<Channel, ClientCounters> channels = new ConcurrentHashMap<>();
  private final List<ClientPeers> peers = new CopyOnWriteArrayList<>();

  /// @param tls what `https` presents; empty without a certificate
  public HttpServer(
      ServerContext context,
      EventLoopGroup loops,
      ByteBufAllocator allocator,
      Optional<SSLContext> tls) {
    this.context = context;
    this.loops = loops;
    this.allocator = allocator;
    this.tls = tls;
    this.limits =
        new InboundLimits(
            context.settings().maxConnections(), context.settings().maxConnectionsPerAddress());
  }

  /// Whether `https` can be served.
  public boolean hasCertificate() {
    return tls.isPresent();
  }

  /// The inbound connections that are open.
  public int connections() {
    return limits.count();
  }

  /// What went over each of them, in the order of the addresses.
  public List<ClientFigures> clients() {
    return channels.values().stream()
        .map(ClientCounters::figures)
        .sorted(Comparator.comparing(ClientFigures::address))
        .toList();
  }

  /// Binds a socket, and accepts the connections of a scheme on it.
  ///
  /// @param encrypted whether it speaks `https`
  public ChannelFuture bind(InetSocketAddress local, boolean encrypted, ChunkServer server) {
    ClientPeers clients = new ClientPeers(server, context.threads());
    peers.add(clients);
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, allocator)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WriteBufferWaterMark.DEFAULT)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accept(channel, encrypted, clients);
              }
            })
        .bind(local);
  }

  private void accept(Channel channel, boolean encrypted, ClientPeers clients) {
    InetSocketAddress from = (InetSocketAddress) channel.remoteAddress();
    if (!limits.enter(from.getAddress())) {
      LOG.debug("Refused a connection from {}: too many are open", from);
      var _ = channel.close();
      return;
    }
    PeerAddress address =
        PeerAddress.of(
            HostPort.of(from.getAddress(), from.getPort()).uri(encrypted ? "https" : "http"));
    ClientCounters counters = new ClientCounters(address, context);
    channels.put(channel, counters);
    channel
        .closeFuture()
        .addListener(
            _ -> {
              channels.remove(channel);
              limits.leave(from.getAddress());
            });
    if (encrypted) {
      SSLEngine engine = tls.orElseThrow().createSSLEngine();
      engine.setUseClientMode(false);
      SslHandler handler = new SslHandler(engine);
      handler.setHandshakeTimeoutMillis(context.settings().idleTimeout().toMillis());
      channel.pipeline().addLast(handler);
    }
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setMaxHeaderSize(MAX_HEADER_BYTES)
                    .setMaxChunkSize(BODY_PART_BYTES)))
        .addLast(new HttpChannel(context, clients, channel, counters));
  }

  /// Ends all connections. Listening sockets are their owner's.
  ///
  /// @return completes once the node was notified of the end of each client
  public CompletableFuture<Void> close() {
    for (Channel channel : channels.keySet()) {
      var _ = channel.close();
    }
    return CompletableFuture.allOf(
        peers.stream().map(ClientPeers::close).toArray(CompletableFuture[]::new));
  }
}
