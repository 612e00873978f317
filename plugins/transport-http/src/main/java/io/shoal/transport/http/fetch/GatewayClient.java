package io.shoal.transport.http.fetch;

import io.shoal.api.ChunkServer;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Metrics;
import io.shoal.api.PeerAddress;
import io.shoal.api.RemotePeer;
import io.shoal.transport.http.settings.HttpSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/// Asks gateways for chunks. Usable from any thread.
public final class GatewayClient implements AutoCloseable {
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

  private final HttpClient http;
  private final HttpSettings settings;
  private final String agent;
  private final Executor threads;
  private final LongSupplier nanoTime;
  private final Metrics.Counter received;
  private final Set<GatewayConnection> open = ConcurrentHashMap.newKeySet();

  /// @param tls the certificates that are trusted
  /// @param agent the name of this program
  /// @param threads runs each task on a virtual thread of its own
  /// @param nanoTime monotonic, any origin
  public GatewayClient(
      HttpSettings settings,
      SSLContext tls,
      String agent,
      Executor threads,
      LongSupplier nanoTime,
      Metrics.Counter received) {
    this.settings = settings;
    this.agent = agent;
    this.threads = threads;
    this.nanoTime = nanoTime;
    this.received = received;
    // Not HTTP/2: its windows let a gateway send 16 MiB that nobody has asked for.
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .sslContext(tls)
            .executor(threads)
            .build();
  }

  /// See [io.shoal.api.Transport#connect]. Dials nobody yet.
  public GatewayConnection connect(PeerAddress address, ChunkServer server)
      throws InvalidInputException {
    GatewayConnection connection =
        new GatewayConnection(
            this,
            RemotePeer.at(PeerAddress.of(address.uri())).outbound(true).build(),
            base(address),
            server,
            threads,
            settings.fetchesPerGateway());
    open.add(connection);
    var _ = connection.ended().thenRun(() -> open.remove(connection));
    connection.report();
    return connection;
  }

  private static URI base(PeerAddress address) throws InvalidInputException {
    boolean ours = address.scheme().equals("http") || address.scheme().equals("https");
    if (!ours || address.host().isEmpty() || address.query().isPresent()) {
      throw new InvalidInputException(
          "'" + address + "' is no gateway: expected http://HOST[:PORT][/PATH], or https");
    }
    if (address.peerId().isPresent()) {
      throw new InvalidInputException(
          "'" + address + "' names a peer, which HTTP cannot prove: leave out what follows the #");
    }
    return URI.create(address.uri().replaceAll("/+$", ""));
  }

  HttpClient http() {
    return http;
  }

  HttpSettings settings() {
    return settings;
  }

  String agent() {
    return agent;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  void received(int bytes) {
    received.add(bytes);
  }

  /// The gateways that are in use.
  public int connections() {
    return open.size();
  }

  /// How it goes with each of them, in the order of their addresses.
  public List<GatewayFigures> gateways() {
    return open.stream()
        .map(GatewayConnection::figures)
        .sorted(Comparator.comparing(GatewayFigures::address))
        .toList();
  }

  /// Ends all requests.
  ///
  /// @return completes once the node was notified of the end of each connection
  public CompletableFuture<Void> closeAll() {
    List<GatewayConnection> all = List.copyOf(open);
    all.forEach(GatewayConnection::close);
    return CompletableFuture.allOf(
        all.stream().map(GatewayConnection::ended).toArray(CompletableFuture[]::new));
  }

  @Override
  public void close() {
    http.shutdownNow();
    try {
      var _ = http.awaitTermination(CLOSE_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
