package io.shoal.transport.quic;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.quic.Quic;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.TlsContext;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
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

/// Carries chunks over QUIC: scheme `quic`, with TLS 1.3 and proven peers. The frames are those of
/// `shoal/1`, spread over streams.
public final class QuicTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(QuicTransport.class);

  /// What both sides must name in the TLS handshake (ALPN).
  static final String PROTOCOL = "shoal-quic/1";

  static final Scheme QUIC =
      Scheme.of(
          "quic",
          Scheme.Trait.CONFIDENTIAL,
          Scheme.Trait.PROVES_BOTH,
          Scheme.Trait.BINDS,
          Scheme.Trait.SYMMETRIC,
          Scheme.Trait.AVAILABILITY,
          Scheme.Trait.MESSAGES);

  // QUIC costs more than one core at line rate; beyond two, hashing needs the cores more.
  private static final int MAX_LOOPS = 2;

  private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

  /// A started transport and what it dials with.
  private record Started(
      RunningTransport running, QuicConnections connections, Dialling dialling) {}

  private volatile Optional<Started> started = Optional.empty();

  /// For the plugin loader.
  public QuicTransport() {}

  @Override
  public Set<Scheme> schemes() {
    return Set.of(QUIC);
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    QuicSettings settings = QuicSettings.read(context.config());
    requireNativePart();
    int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            loops, new DefaultThreadFactory("shoal-quic", true), NioIoHandler.newFactory());
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    Executor threads = task -> Thread.ofVirtual().name("shoal-quic-task").start(task);
    SecureRandom random = new SecureRandom();
    ConnectionContext shared =
        new ConnectionContext(
            new ConnectionContext.Timeouts(settings.handshakeTimeout(), settings.idleTimeout()),
            context.identity().peerId(),
            Nonce.of(random),
            new IdentityTwin(context.identity().peerId()),
            agent(),
            allocator,
            new ConcurrentHashMap<>(),
            new ReceiveWindows(settings.receiveBufferBytes(), settings.windowBytes()),
            threads,
            System::nanoTime,
            context.metrics().counter("received_bytes", "Bytes that came over QUIC"),
            context.metrics().counter("sent_bytes", "Chunk bytes that went over QUIC"));
    TlsContext tls = context.identity().tls(PROTOCOL);
    RunningTransport running =
        new RunningTransport(
            settings,
            tls,
            new PeerTrust(tls),
            random,
            shared,
            group,
            ConcurrentHashMap.newKeySet(),
            ConcurrentHashMap.newKeySet(),
            ConcurrentHashMap.newKeySet(),
            new InboundLimits(settings.maxConnections(), settings.maxConnectionsPerAddress()),
            // All connections share a socket: files bound nothing here.
            new PendingHandshakes(Long.MAX_VALUE));
    context.metrics().gauge("connections", "Open QUIC connections", running.connections()::size);
    context
        .metrics()
        .gauge(
            "buffered_bytes",
            "Bytes in buffers on the way in or out",
            allocator::pinnedDirectMemory);
    QuicConnections connections = new QuicConnections(running);
    started = Optional.of(new Started(running, connections, new Dialling(running, connections)));
  }

  private static void requireNativePart() throws UserFaultException {
    Throwable cause = Quic.unavailabilityCause();
    if (cause != null) {
      throw new UserFaultException(
          "transport-quic: its native part cannot be loaded on this machine (%s): it is there for Linux on x86_64 and aarch64 with glibc, and needs a folder for temporary files that may be executed from; else remove the plugin from plugins/"
              .formatted(cause),
          cause);
    }
  }

  private static String agent() {
    return Optional.ofNullable(QuicTransport.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .map(version -> "shoal/" + version)
        .orElse("shoal");
  }

  @Override
  public List<String> advice() {
    return started.map(now -> now.running().context().twin().advice()).orElse(List.of());
  }

  private Started started() throws PeerUnreachableException {
    return started.orElseThrow(() -> new PeerUnreachableException("the transport is closed"));
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException, InterruptedException {
    if (!schemes.equals(Set.of(QUIC.name()))) {
      throw new IllegalArgumentException("transport-quic has no other scheme than 'quic'");
    }
    Started now = started();
    return new Listening(now.running(), now.connections(), server);
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return outside.isUnresolved()
        ? Optional.empty()
        : Optional.of(
            new PeerAddress(
                HostPort.of(outside.getAddress(), outside.getPort()).uri(QUIC.name()),
                endpoint.address().peerId()));
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    return started().dialling().connect(address, server);
  }

  @Override
  public void close() {
    Optional<Started> node = started;
    started = Optional.empty();
    node.ifPresent(now -> stop(now.running()));
  }

  private static void stop(RunningTransport running) {
    running.context().listenPorts().clear();
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
    for (Set<Channel> open : List.of(running.channels(), running.sockets())) {
      for (Channel channel : open) {
        channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
      }
    }
    running
        .loops()
        .shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
  }
}
