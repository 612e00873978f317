package io.shoal.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.shoal.api.ChunkServer;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.Nonce;
import java.lang.module.ModuleDescriptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries chunks over TCP: scheme `tcps` with TLS 1.3 and proven peers, scheme `tcp` without
/// either. The protocol is `shoal/1`.
public final class TcpTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);

  static final Scheme TCPS = new Scheme("tcps", Scheme.Protection.ENCRYPTED);
  static final Scheme TCP = new Scheme("tcp", Scheme.Protection.PLAIN);

  // TLS costs more than one core at line rate; beyond two, hashing needs the cores more.
  private static final int MAX_LOOPS = 2;

  // The Transport contract: connect blocks at most 10 s.
  private static final long CONNECT_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  // Fewer and larger reads at line rate; the guess begins small for idle connections.
  private static final int MAX_RECEIVE_SIZE_BYTES = 256 * 1024;

  // What SslHandler waits for its last record when it closes: a peer that does not read must not
  // hold it.
  private static final long CLOSE_NOTIFY_TIMEOUT_MILLIS = 300;

  private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

  private volatile Optional<Running> running = Optional.empty();

  private record Running(
      Shared shared, EventLoopGroup loops, Set<Link> links, Set<Channel> listeners) {}

  /// For the plugin loader.
  public TcpTransport() {}

  @Override
  public Set<Scheme> schemes() {
    return Set.of(TCPS, TCP);
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    TcpSettings settings = TcpSettings.read(context.config());
    int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            loops, new DefaultThreadFactory("shoal-tcp", true), NioIoHandler.newFactory());
    Set<Channel> channels = Shared.concurrentSet();
    Executor threads = task -> Thread.ofVirtual().name("shoal-tcp-task").start(task);
    Shared shared =
        new Shared(
            settings,
            context.identity().tls("shoal/1"),
            context.identity().peerId(),
            Nonce.of(new SecureRandom()),
            agent(),
            new PooledByteBufAllocator(true),
            new ConcurrentHashMap<>(),
            channels,
            new InboundLimits(settings.maxConnections(), settings.maxConnectionsPerAddress()),
            threads,
            context.metrics().counter("received_bytes", "Bytes that came over TCP"),
            context.metrics().counter("sent_bytes", "Chunk bytes that went over TCP"));
    context.metrics().gauge("connections", "Open TCP connections", channels::size);
    running =
        Optional.of(new Running(shared, group, Shared.concurrentSet(), Shared.concurrentSet()));
  }

  private static String agent() {
    return Optional.ofNullable(TcpTransport.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .map(version -> "shoal/" + version)
        .orElse("shoal");
  }

  private Running running() throws PeerUnreachableException {
    return running.orElseThrow(() -> new PeerUnreachableException("the transport is closed"));
  }

  // ---- listening

  @Override
  public List<PeerAddress> listen(Set<String> schemes, ChunkServer server)
      throws ShoalException, InterruptedException {
    Running node = running();
    List<String> sorted = schemes.stream().sorted(Comparator.reverseOrder()).toList();
    List<PeerAddress> addresses = new ArrayList<>();
    for (String scheme : sorted) {
      Channel listener = bind(node, scheme, sorted.size() > 1, server);
      node.listeners().add(listener);
      InetSocketAddress local = (InetSocketAddress) listener.localAddress();
      node.shared().listenPorts().put(scheme, local.getPort());
      InetAddress host = local.getAddress();
      String uri =
          host.isAnyLocalAddress()
              ? new HostPort(TcpSettings.ANY_HOST, local.getPort()).uri(scheme)
              : HostPort.of(host, local.getPort()).uri(scheme);
      PeerAddress address = PeerAddress.of(uri);
      addresses.add(
          scheme.equals(TCPS.name()) ? address.withPeerId(node.shared().self()) : address);
    }
    return addresses;
  }

  private Channel bind(Running node, String scheme, boolean several, ChunkServer server)
      throws UserFaultException, InterruptedException {
    boolean encrypted = encrypted(scheme);
    TcpSettings settings = node.shared().settings();
    boolean second = several && !encrypted;
    String key = "plugins.transport-tcp." + (second ? "listenPlain" : "listen");
    Optional<HostPort> given = second ? settings.listenPlain() : settings.listen();
    HostPort wanted =
        given.orElse(
            new HostPort(
                settings.listen().map(HostPort::host).orElse(TcpSettings.ANY_HOST),
                second ? 0 : TcpSettings.PREFERRED_PORT));
    ServerBootstrap bootstrap = serverBootstrap(node, scheme, encrypted, server);
    ChannelFuture bound = bootstrap.bind(resolve(wanted, key)).await();
    if (!bound.isSuccess() && given.isEmpty()) {
      LOG.info("Port {} is taken: the system chooses another", wanted.port());
      bound = bootstrap.bind(resolve(new HostPort(wanted.host(), 0), key)).await();
    }
    if (!bound.isSuccess()) {
      throw new UserFaultException(
          "%s: cannot listen on %s (%s): choose another address or end the program that uses it"
              .formatted(key, wanted, bound.cause().getMessage()),
          bound.cause());
    }
    return bound.channel();
  }

  private static boolean encrypted(String scheme) {
    if (!scheme.equals(TCPS.name()) && !scheme.equals(TCP.name())) {
      throw new IllegalArgumentException("transport-tcp has no scheme '" + scheme + "'");
    }
    return scheme.equals(TCPS.name());
  }

  private static InetSocketAddress resolve(HostPort wanted, String key) throws UserFaultException {
    try {
      return new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
    } catch (UnknownHostException e) {
      throw new UserFaultException(
          key + ": the host '" + wanted.host() + "' is unknown: give an address of this machine",
          e);
    }
  }

  private static ServerBootstrap serverBootstrap(
      Running node, String scheme, boolean encrypted, ChunkServer server) {
    return new ServerBootstrap()
        .group(node.loops())
        .channel(NioServerSocketChannel.class)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, node.shared().allocator())
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accept(node, scheme, encrypted, server, channel);
              }
            });
  }

  private static AdaptiveRecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, MAX_RECEIVE_SIZE_BYTES);
  }

  private static void accept(
      Running node, String scheme, boolean encrypted, ChunkServer server, Channel channel) {
    InetAddress from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    if (!node.shared().inbound().enter(from)) {
      LOG.debug("Refused a connection from {}: too many are open", from);
      var _ = channel.close();
      return;
    }
    channel.closeFuture().addListener(_ -> node.shared().inbound().leave(from));
    Link link = new Link(node.shared(), scheme, Optional.empty(), server, channel, encrypted);
    // Nobody waits for an inbound handshake: its failure is in the debug log.
    setUp(
        node,
        link,
        channel,
        encrypted ? Optional.of(node.shared().tls().serverEngine()) : Optional.empty());
  }

  private static void setUp(Running node, Link link, Channel channel, Optional<SSLEngine> engine) {
    node.shared().channels().add(channel);
    node.links().add(link);
    channel.closeFuture().addListener(_ -> node.shared().channels().remove(channel));
    var _ = link.ended().whenComplete((_, _) -> node.links().remove(link));
    engine.ifPresent(
        e -> {
          SslHandler tls = new SslHandler(e, node.shared().threads());
          tls.setHandshakeTimeoutMillis(node.shared().settings().handshakeTimeout().toMillis());
          tls.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT_MILLIS);
          channel.pipeline().addLast(tls);
        });
    channel.pipeline().addLast(link.wire());
  }

  // ---- dialling

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    Running node = running();
    boolean encrypted = address.scheme().equals(TCPS.name());
    HostPort target = target(address);
    if (!encrypted && address.peerId().isPresent()) {
      throw new InvalidInputException(
          address + ": 'tcp' proves nobody's identity: use tcps, or leave out the peer id");
    }
    long deadline = System.nanoTime() + CONNECT_DEADLINE_NANOS;
    ShoalException last = new PeerUnreachableException(address + ": the host has no address");
    for (InetAddress host : resolve(node, target, address, deadline)) {
      try {
        return dial(node, address, new InetSocketAddress(host, target.port()), server, deadline);
      } catch (PeerUnreachableException e) {
        last = e;
      }
    }
    throw last;
  }

  private static HostPort target(PeerAddress address) throws InvalidInputException {
    String scheme = address.scheme();
    int start = scheme.length() + "://".length();
    boolean ours = scheme.equals(TCPS.name()) || scheme.equals(TCP.name());
    Optional<HostPort> target =
        ours && address.uri().startsWith("://", scheme.length())
            ? HostPort.parse(address.uri().substring(start))
            : Optional.empty();
    return target
        .filter(t -> t.port() > 0)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "'" + address + "' is not of the form tcps://HOST:PORT or tcp://HOST:PORT"));
  }

  private static InetAddress[] resolve(
      Running node, HostPort target, PeerAddress address, long deadline)
      throws PeerUnreachableException, InterruptedException {
    CompletableFuture<InetAddress[]> found = new CompletableFuture<>();
    // The system's resolver cannot be interrupted.
    node.shared()
        .threads()
        .execute(
            () -> {
              try {
                found.complete(InetAddress.getAllByName(target.host()));
              } catch (UnknownHostException e) {
                found.completeExceptionally(e);
              }
            });
    try {
      return found.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new PeerUnreachableException(
          address + ": the name '" + target.host() + "' leads to no address", e);
    }
  }

  private static Link dial(
      Running node,
      PeerAddress address,
      InetSocketAddress target,
      ChunkServer server,
      long deadline)
      throws ShoalException, InterruptedException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left <= 0) {
      throw new PeerUnreachableException(address + ": nobody answered in time");
    }
    CompletableFuture<Link> ready = new CompletableFuture<>();
    long connectMillis = Math.min(left, node.shared().settings().connectTimeout().toMillis());
    ChannelFuture connecting =
        bootstrap(node, address, server, (int) connectMillis, ready).connect(target);
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            ready.completeExceptionally(
                new PeerUnreachableException(
                    address + ": " + done.cause().getMessage(), done.cause()));
          }
        });
    boolean connected = false;
    try {
      Link link = ready.get(left, TimeUnit.MILLISECONDS);
      connected = true;
      return link;
    } catch (TimeoutException e) {
      throw new PeerUnreachableException(address + ": the handshake did not end in time", e);
    } catch (ExecutionException e) {
      throw failed(address, Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      if (!connected) {
        var _ = connecting.channel().close();
      }
    }
  }

  private static ShoalException failed(PeerAddress address, Throwable cause) {
    return switch (cause) {
      case PeerUnreachableException e ->
          new PeerUnreachableException(named(address, e.getMessage()), e);
      case PeerFaultException e -> new PeerFaultException(named(address, e.getMessage()), e);
      case ShoalException e -> e;
      default -> new PeerUnreachableException(named(address, cause.toString()), cause);
    };
  }

  private static String named(PeerAddress address, @Nullable String message) {
    return message != null && message.startsWith(address.uri())
        ? message
        : address + ": " + message;
  }

  private static Bootstrap bootstrap(
      Running node,
      PeerAddress address,
      ChunkServer server,
      int connectMillis,
      CompletableFuture<Link> ready) {
    return new Bootstrap()
        .group(node.loops())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOCATOR, node.shared().allocator())
        .option(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                boolean encrypted = address.scheme().equals(TCPS.name());
                Link link =
                    new Link(
                        node.shared(),
                        address.scheme(),
                        Optional.of(address),
                        server,
                        channel,
                        encrypted);
                var _ =
                    link.ready()
                        .whenComplete(
                            (l, e) -> {
                              if (e == null) {
                                ready.complete(l);
                              } else {
                                ready.completeExceptionally(e);
                              }
                            });
                setUp(
                    node,
                    link,
                    channel,
                    encrypted
                        ? Optional.of(node.shared().tls().clientEngine(address.peerId()))
                        : Optional.empty());
              }
            });
  }

  // ---- the end

  @Override
  public void close() {
    Optional<Running> node = running;
    running = Optional.empty();
    node.ifPresent(TcpTransport::stop);
  }

  private static void end(Channel channel) {
    var _ = channel.close();
  }

  private static void stop(Running node) {
    node.listeners().forEach(TcpTransport::end);
    List<Link> links = List.copyOf(node.links());
    links.forEach(link -> link.close(GoodbyeCode.STOPPING));
    try {
      CompletableFuture.allOf(links.stream().map(Link::ended).toArray(CompletableFuture[]::new))
          .get(CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Some connections did not end in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    node.shared().channels().forEach(TcpTransport::end);
    node.loops()
        .shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
  }
}
