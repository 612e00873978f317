package io.shoal.discovery.routing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Metrics;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.Quoted;
import io.shoal.api.Scheduler;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A small routing server (Delegated Routing V1): `GET /routing/v1/providers/{cid}` and
/// `/routing/v1/peers/{peer-id}` for anybody, `PUT` or `POST /routing/v1/providers` for nodes that
/// announce.
final class RoutingServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoutingServer.class);

  private static final String PROVIDERS = "/routing/v1/providers";
  private static final String PEERS = "/routing/v1/peers";

  /// As the specification advises for a list; of a stream, more than a client dials.
  static final int MAX_LISTED = 100;

  static final int MAX_STREAMED = 200;

  /// Of announcements: several of a thousand CIDs each.
  static final int MAX_BODY_BYTES = 256 << 10;

  static final int MAX_ANNOUNCEMENTS = 100;

  /// Clients ask again soon for what nobody has yet.
  private static final Duration MAX_AGE_OF_NONE = Duration.ofSeconds(15);

  private static final Duration STALE = Duration.ofDays(2);

  private static final int BACKLOG = 128;

  private final RoutingSettings.Serving settings;
  private final Optional<byte[]> authorization;
  private final ProviderTable table;
  private final OwnContents own;
  private final ClientLimits limits;
  private final RequestThreads threads;
  private final HttpServer http;
  private final Metrics.Counter requests;
  private final Metrics.Counter refused;

  private RoutingServer(
      RoutingSettings.Serving settings,
      Optional<String> token,
      ProviderTable table,
      OwnContents own,
      LongSupplier nanoTime,
      Scheduler scheduler,
      Metrics metrics,
      HttpServer http) {
    this.settings = settings;
    this.authorization = token.map(secret -> ("Bearer " + secret).getBytes(StandardCharsets.UTF_8));
    this.table = table;
    this.own = own;
    this.limits = new ClientLimits(nanoTime);
    this.threads = new RequestThreads(scheduler);
    this.http = http;
    this.requests = metrics.counter("requests_total", "Requests to this node's routing server");
    this.refused =
        metrics.counter("refused_total", "Requests that this node's routing server refused");
    metrics.gauge("records", "Records that this node's routing server keeps", table::records);
  }

  /// Begins to serve.
  ///
  /// @param key of the configuration, for the message
  static RoutingServer start(
      String key,
      RoutingSettings.Serving settings,
      Optional<String> token,
      ProviderTable table,
      OwnContents own,
      LongSupplier nanoTime,
      Scheduler scheduler,
      Metrics metrics)
      throws UserFaultException {
    HttpServer http;
    try {
      http = HttpServer.create(settings.at(), BACKLOG);
    } catch (IOException e) {
      throw new UserFaultException(
          "%s: cannot listen at %s (%s): choose another address or port"
              .formatted(key, HostPort.text(settings.at()), e.getMessage()),
          e);
    }
    RoutingServer server =
        new RoutingServer(settings, token, table, own, nanoTime, scheduler, metrics, http);
    http.setExecutor(server.threads);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  @Override
  public void close() {
    http.stop(0);
    threads.interruptAll();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(1);
      Headers headers = exchange.getResponseHeaders();
      // For web pages, as the specification has it.
      headers.set("Access-Control-Allow-Origin", "*");
      headers.set("Access-Control-Allow-Methods", "GET, PUT, POST, OPTIONS");
      headers.set("Vary", "Accept");
      if (!limits.admits(AddressRules.client(client(exchange)))) {
        headers.set("Retry-After", "1");
        refuse(exchange, 429, "too many requests: ask again later");
        return;
      }
      answer(exchange);
    } catch (MalformedDataException | InvalidInputException e) {
      refuse(exchange, 422, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.debug("a client went away", e);
      throw e;
    }
  }

  private void answer(HttpExchange exchange)
      throws IOException, MalformedDataException, InvalidInputException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    boolean reads = method.equals("GET") || method.equals("HEAD");
    if (method.equals("OPTIONS")) {
      exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "Accept, Content-Type");
      exchange.sendResponseHeaders(204, -1);
    } else if (reads && path.startsWith(PROVIDERS + "/")) {
      Cid cid = Cid.parse(path.substring(PROVIDERS.length() + 1));
      list(exchange, "Providers", providers(exchange, cid));
    } else if (reads && path.startsWith(PEERS + "/")) {
      PeerId peer = PeerId.parse(path.substring(PEERS.length() + 1));
      list(exchange, "Peers", table.node(peer).map(List::of).orElse(List.of()));
    } else if ((method.equals("PUT") || method.equals("POST")) && path.equals(PROVIDERS)) {
      take(exchange);
    } else if (path.startsWith("/routing/v1/")) {
      refuse(exchange, 501, "this server knows providers and peers alone");
    } else {
      refuse(exchange, 404, "this is a routing server: ask for " + PROVIDERS + "/CID");
    }
  }

  private List<PeerRecord> providers(HttpExchange exchange, Cid cid) {
    List<PeerRecord> found = new ArrayList<>();
    own.find(cid.multihash(), exchange.getLocalAddress().getAddress()).ifPresent(found::add);
    found.addAll(table.find(cid.multihash(), MAX_STREAMED));
    return found;
  }

  private void list(HttpExchange exchange, String name, List<PeerRecord> records)
      throws IOException {
    boolean streams =
        String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()))
            .contains(RoutingClient.STREAM);
    StringBuilder text = new StringBuilder();
    if (streams) {
      records.stream()
          .limit(MAX_STREAMED)
          .forEach(record -> text.append(record.toJson().written()).append('\n'));
    } else {
      List<Json> listed = records.stream().limit(MAX_LISTED).map(PeerRecord::toJson).toList();
      text.append(new Json.Fields(Map.of(name, new Json.Items(listed))).written());
    }
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", cacheControl(records.isEmpty()));
    headers.set("ETag", etag(body, streams));
    if (exchange.getRequestHeaders().getOrDefault("If-None-Match", List.of()).stream()
        .anyMatch(known -> known.contains(etag(body, streams)))) {
      exchange.sendResponseHeaders(304, -1);
      return;
    }
    headers.set("Content-Type", streams ? RoutingClient.STREAM : RoutingClient.LIST);
    send(exchange, 200, body);
  }

  private String cacheControl(boolean none) {
    Duration age =
        none && settings.maxAge().compareTo(MAX_AGE_OF_NONE) > 0
            ? MAX_AGE_OF_NONE
            : settings.maxAge();
    return "public, max-age=%d, stale-while-revalidate=%d, stale-if-error=%d"
        .formatted(age.toSeconds(), STALE.toSeconds(), STALE.toSeconds());
  }

  private static String etag(byte[] body, boolean streams) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(body);
      return "\"%s%s\"".formatted(streams ? "s" : "l", HexFormat.of().formatHex(digest, 0, 16));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private void take(HttpExchange exchange) throws IOException, MalformedDataException {
    if (authorization.isPresent() && !isAuthorized(exchange, authorization.get())) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      refuse(exchange, 401, "announcements need the token of this server");
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      refuse(exchange, 413, "a request has at most " + MAX_BODY_BYTES + " bytes");
      return;
    }
    if (!(JsonReader.read(new String(body, StandardCharsets.UTF_8)) instanceof Json.Fields all)
        || all.items("Providers").size() > MAX_ANNOUNCEMENTS) {
      throw new MalformedDataException(
          "'Providers' is no list of at most " + MAX_ANNOUNCEMENTS + " announcements");
    }
    InetAddress client = client(exchange);
    List<Json> results = new ArrayList<>();
    for (Json one : all.items("Providers")) {
      results.add(result(one, client));
    }
    exchange.getResponseHeaders().set("Content-Type", RoutingClient.LIST);
    byte[] answer =
        new Json.Fields(Map.of("ProvideResults", new Json.Items(results)))
            .written()
            .getBytes(StandardCharsets.UTF_8);
    send(exchange, 200, answer);
  }

  private Json result(Json one, InetAddress client) {
    Map<String, Json> result = new LinkedHashMap<>();
    result.put("Schema", Json.of("announcement"));
    Optional<String> fault = taken(one, client);
    fault.ifPresent(why -> result.put("Error", Json.of(why)));
    if (fault.isPresent()) {
      refused.add(1);
      LOG.debug("an announcement of {} is not taken: {}", client, fault.get());
    }
    return new Json.Fields(result);
  }

  private Optional<String> taken(Json one, InetAddress client) {
    try {
      Announcement announcement = Announcement.read(one);
      PeerRecord given = announcement.record();
      Scope link = Scope.of(client);
      List<PeerAddress> addresses =
          given.addresses().stream()
              .flatMap(address -> AddressRules.announced(address, client, link).stream())
              .toList();
      List<String> multiaddrs =
          given.multiaddrs().stream()
              .flatMap(text -> AddressRules.announced(text, client, link).stream())
              .toList();
      PeerRecord record = new PeerRecord(given.peer(), multiaddrs, given.protocols(), addresses);
      return table.put(announcement, record, AddressRules.client(client));
    } catch (MalformedDataException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /// Compared in constant time: the time it takes must not show how much of a guess was right.
  private static boolean isAuthorized(HttpExchange exchange, byte[] expected) {
    String given =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")).orElse("");
    return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected);
  }

  /// The client, which a proxy before this server names last, if there is one.
  private InetAddress client(HttpExchange exchange) {
    InetAddress remote = exchange.getRemoteAddress().getAddress();
    List<String> named = exchange.getRequestHeaders().getOrDefault("X-Forwarded-For", List.of());
    if (!settings.forwarded() || named.isEmpty()) {
      return remote;
    }
    String last = named.getLast();
    String text = last.substring(last.lastIndexOf(',') + 1).strip();
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return remote;
    }
  }

  private void refuse(HttpExchange exchange, int status, String why) throws IOException {
    refused.add(1);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    send(exchange, status, (Quoted.of(why) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean bare = exchange.getRequestMethod().equals("HEAD");
    if (bare) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
    }
    exchange.sendResponseHeaders(status, bare || body.length == 0 ? -1 : body.length);
    if (!bare && body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }
}
