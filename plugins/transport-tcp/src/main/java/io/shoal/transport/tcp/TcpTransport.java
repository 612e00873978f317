package io.shoal.transport.tcp;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.wire.Nonce;
import io.shoal.wire.address.HostPort;
import io.shoal.wire.admission.InboundLimits;
import io.shoal.wire.admission.PendingHandshakes;
import io.shoal.wire.connection.ConnectionContext;
import io.shoal.wire.connection.IdentityTwin;
import io.shoal.wire.connection.WireConnection;
import io.shoal.wire.transfer.ReceiveWindows;
import java.lang.module.ModuleDescriptor;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries chunks over TCP: scheme `tcps` with TLS 1.3 and proven peers, scheme `tcp` without
/// either. The protocol is `shoal/1`.
public final class TcpTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(TcpTransport.class);

  static final Scheme TCPS =
      Scheme.of(
          "tcps",
          Scheme.Trait.CONFIDENTIAL,
          Scheme.Trait.PROVES_BOTH,
          Scheme.Trait.BINDS,
          Scheme.Trait.SYMMETRIC,
          Scheme.Trait.AVAILABILITY,
          Scheme.Trait.MESSAGES);
  static final Scheme TCP =
      Scheme.of("tcp", Scheme.Trait.SYMMETRIC, Scheme.Trait.AVAILABILITY, Scheme.Trait.MESSAGES);

  // TLS costs more than one core at line rate; beyond two, hashing needs the cores more.
  private static final int MAX_LOOPS = 2;

  private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

  private volatile Optional<RunningTransport> running = Optional.empty();

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
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    Executor threads = task -> Thread.ofVirtual().name("shoal-tcp-task").start(task);
    ConnectionContext shared =
        new ConnectionContext(
            new ConnectionContext.Timeouts(settings.handshakeTimeout(), settings.idleTimeout()),
            context.identity().peerId(),
            Nonce.of(new SecureRandom()),
            new IdentityTwin(context.identity().peerId()),
            agent(),
            allocator,
            new ConcurrentHashMap<>(),
            new ReceiveWindows(settings.receiveBufferBytes(), settings.windowBytes()),
            threads,
            System::nanoTime,
            context.metrics().counter("received_bytes", "Bytes that came over TCP"),
            context.metrics().counter("sent_bytes", "Chunk bytes that went over TCP"));
    RunningTransport started =
        new RunningTransport(
            settings,
            context.identity().tls("shoal/1"),
            shared,
            group,
            ConcurrentHashMap.newKeySet(),
            ConcurrentHashMap.newKeySet(),
            new InboundLimits(settings.maxConnections(), settings.maxConnectionsPerAddress()),
            new PendingHandshakes(OpenFiles.limit()));
    context.metrics().gauge("connections", "Open TCP connections", started.connections()::size);
    context
        .metrics()
        .gauge(
            "buffered_bytes",
            "Bytes in buffers on the way in or out",
            allocator::pinnedDirectMemory);
    running = Optional.of(started);
  }

  private static String agent() {
    return Optional.ofNullable(TcpTransport.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .map(version -> "shoal/" + version)
        .orElse("shoal");
  }

  @Override
  public List<String> advice() {
    return running.map(now -> now.context().twin().advice()).orElse(List.of());
  }

  private RunningTransport running() throws PeerUnreachableException {
    return running.orElseThrow(() -> new PeerUnreachableException("the transport is closed"));
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException, InterruptedException {
    return new Listening(running()).listen(schemes, server);
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return outside.isUnresolved()
        ? Optional.empty()
        : Optional.of(
            new PeerAddress(
                HostPort.of(outside.getAddress(), outside.getPort())
                    .uri(endpoint.address().scheme()),
                endpoint.address().peerId()));
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    return new Dialling(running()).connect(address, server);
  }

  @Override
  public void close() {
    Optional<RunningTransport> node = running;
    running = Optional.empty();
    node.ifPresent(TcpTransport::stop);
  }

  private static void end(Channel channel) {
    var _ = channel.close();
  }

  private static void stop(RunningTransport running) {
    running.context().listenPorts().clear();
    running.channels().stream().filter(ServerChannel.class::isInstance).forEach(TcpTransport::end);
    List<WireConnection> connections = List.copyOf(running.connections());
    connections.forEach(connection -> connection.close(PeerConnection.Reason.STOPPING));
    try {
      CompletableFuture.allOf(
              connections.stream().map(WireConnection::ended).toArray(CompletableFuture[]::new))
          .get(CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Some connections did not end in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    running.channels().forEach(TcpTransport::end);
    running
        .loops()
        .shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
  }
}
