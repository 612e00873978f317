package io.shoal.transport.http;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.Inspection;
import io.shoal.api.Metrics;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.transport.http.fetch.GatewayClient;
import io.shoal.transport.http.gateway.Gateway;
import io.shoal.transport.http.server.HttpServer;
import io.shoal.transport.http.server.ServerContext;
import io.shoal.transport.http.settings.HostPort;
import io.shoal.transport.http.settings.HttpSettings;
import io.shoal.transport.http.settings.WebTls;
import java.lang.module.ModuleDescriptor;
import java.net.InetSocketAddress;
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
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries chunks over HTTP, as the trustless gateway of IPFS has them: scheme `http`, and `https`
/// with a web certificate on the side that is dialled. Only that side answers.
public final class HttpTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(HttpTransport.class);

  static final Scheme HTTP = Scheme.of("http");
  static final Scheme HTTPS =
      Scheme.of("https", Scheme.Trait.CONFIDENTIAL, Scheme.Trait.PROVES_NAME);

  // They move buffers alone; hashing needs the cores more.
  private static final int MAX_LOOPS = 2;

  private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

  private volatile Optional<RunningTransport> running = Optional.empty();

  /// For the plugin loader.
  public HttpTransport() {}

  @Override
  public Set<Scheme> schemes() {
    return Set.of(HTTP, HTTPS);
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    HttpSettings settings = HttpSettings.read(context.config());
    Optional<SSLContext> serving =
        settings.tls().isPresent()
            ? Optional.of(WebTls.server(settings.tls().get()))
            : Optional.empty();
    SSLContext fetching = WebTls.client(settings.trust());
    Executor threads = task -> Thread.ofVirtual().name("shoal-http-task").start(task);
    int loops = Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors());
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            loops, new DefaultThreadFactory("shoal-http", true), NioIoHandler.newFactory());
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    Metrics metrics = context.metrics();
    ServerContext shared =
        new ServerContext(
            settings,
            new Gateway(context.node(), settings.files()),
            threads,
            context.clock(),
            metrics.counter("requests_total", "Requests that came over HTTP"),
            metrics.counter("refused_total", "Requests that were answered with an error"),
            metrics.counter("sent_bytes", "Bytes of bodies that went over HTTP"));
    GatewayClient client =
        new GatewayClient(
            settings,
            fetching,
            agent(),
            threads,
            System::nanoTime,
            metrics.counter("received_bytes", "Bytes of bodies that came over HTTP"));
    HttpServer server = new HttpServer(shared, group, allocator, serving);
    metrics.gauge("connections", "Open inbound HTTP connections", server::connections);
    metrics.gauge("gateways", "Gateways that are asked for chunks", client::connections);
    metrics.gauge(
        "buffered_bytes", "Bytes in buffers on the way out", allocator::pinnedDirectMemory);
    running =
        Optional.of(
            new RunningTransport(settings, group, server, client, ConcurrentHashMap.newKeySet()));
  }

  private static String agent() {
    return Optional.ofNullable(HttpTransport.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .map(version -> "shoal/" + version)
        .orElse("shoal");
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
            PeerAddress.of(
                HostPort.of(outside.getAddress(), outside.getPort())
                    .uri(endpoint.address().scheme())));
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
    return running().client().connect(address, server);
  }

  @Override
  public Optional<Inspection> inspection() {
    return Optional.of(new HttpInspection(() -> running));
  }

  @Override
  public void close() {
    Optional<RunningTransport> node = running;
    running = Optional.empty();
    node.ifPresent(HttpTransport::stop);
  }

  private static void stop(RunningTransport running) {
    for (Channel socket : running.sockets()) {
      var _ = socket.close();
    }
    try {
      CompletableFuture.allOf(running.server().close(), running.client().closeAll())
          .get(CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Some connections did not end in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    running.client().close();
    running
        .loops()
        .shutdownGracefully(0, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
  }
}
