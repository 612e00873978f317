package io.shoal.runtime.control;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.json.JsonException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control API: HTTP on loopback, for the commands of the user who owns the data folder alone.
///
/// A caller must know the token of [ControlFile]. `Host` must name this server, so that a web page
/// whose name was made to point at loopback cannot reach it. A request with an `Origin` comes from
/// a web page and is refused.
public final class ControlServer implements AutoCloseable {

  /// The largest request: an `add` of some ten thousand paths.
  static final int MAX_BODY_BYTES = 1024 * 1024;

  /// Requests at work at once: many more than one user starts by hand, few enough that a script
  /// gone wild does not starve the node.
  static final int MAX_CONCURRENT_REQUESTS = 64;

  private static final int TOKEN_BYTES = 32;

  private static final int BACKLOG_CONNECTIONS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore slots = new Semaphore(MAX_CONCURRENT_REQUESTS);
  private final NodeCommands node;
  private final Supplier<String> metrics;
  private final Path dataFolder;
  private final ControlFile file;
  private final Set<String> hosts;

  private ControlServer(
      HttpServer http,
      NodeCommands node,
      Supplier<String> metrics,
      Path dataFolder,
      SecureRandom random) {
    this.http = http;
    this.node = node;
    this.metrics = metrics;
    this.dataFolder = dataFolder;
    InetSocketAddress address = http.getAddress();
    String host = literal(address);
    int port = address.getPort();
    this.hosts = Set.of(host + ":" + port, "localhost:" + port);
    this.file =
        new ControlFile(
            "http://" + host + ":" + port, newToken(random), ProcessHandle.current().pid());
  }

  /// Starts to serve and writes `control.json` into the data folder.
  ///
  /// @param node runs the commands
  /// @param metrics all metrics in Prometheus text form
  /// @param listen a loopback address; port 0 lets the system choose
  /// @param random makes the token
  /// @throws UserFaultException the address is not a loopback one, or taken
  public static ControlServer start(
      NodeCommands node,
      Supplier<String> metrics,
      InetSocketAddress listen,
      Path dataFolder,
      SecureRandom random)
      throws UserFaultException, IOException {
    if (listen.isUnresolved() || !listen.getAddress().isLoopbackAddress()) {
      throw new InvalidConfigException(
          "control.listen: "
              + listen.getHostString()
              + " is not on loopback: the control API has full power over the node, take"
              + " 127.0.0.1:PORT");
    }
    HttpServer http;
    try {
      http = HttpServer.create(listen, BACKLOG_CONNECTIONS);
    } catch (IOException e) {
      throw new UserFaultException(
          "control.listen: cannot listen on port %d (%s): choose another, or 0 for any"
              .formatted(listen.getPort(), e.getMessage()),
          e);
    }
    var server = new ControlServer(http, node, metrics, dataFolder, random);
    http.setExecutor(server.threads);
    http.createContext("/", server::handle);
    http.start();
    try {
      server.file.write(dataFolder);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static String literal(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return host.contains(":") ? "[" + host + "]" : host;
  }

  private static String newToken(SecureRandom random) {
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /// Where it is reached, without a slash at the end.
  String url() {
    return file.url();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!admitted(exchange)) {
        return;
      }
      if (!slots.tryAcquire()) {
        refuse(
            exchange,
            503,
            CommandFailure.Kind.RETRYABLE,
            "too many requests at once: try again soon");
        return;
      }
      try {
        answer(exchange);
      } finally {
        slots.release();
      }
    }
  }

  private boolean admitted(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
      refuse(
          exchange,
          421,
          CommandFailure.Kind.USER_FAULT,
          "this is " + file.url() + ", not another host");
      return false;
    }
    if (exchange.getRequestHeaders().containsKey("Origin")) {
      refuse(
          exchange, 403, CommandFailure.Kind.USER_FAULT, "web pages may not use the control API");
      return false;
    }
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] expected = ("Bearer " + file.token()).getBytes(StandardCharsets.UTF_8);
    // Compared in constant time: the time it takes must not show how much of a guess was right.
    if (given == null || !MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected)) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
      refuse(
          exchange,
          401,
          CommandFailure.Kind.USER_FAULT,
          "send the token of control.json in the data folder as 'Authorization: Bearer TOKEN'");
      return false;
    }
    return true;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    try {
      switch (request) {
        case "GET /metrics" ->
            send(
                exchange,
                200,
                "text/plain; version=0.0.4",
                metrics.get().getBytes(StandardCharsets.UTF_8));
        case "GET /v1/status" -> send(exchange, node.status());
        case "GET /v1/peers" -> send(exchange, node.peers());
        case "GET /v1/plugins" -> send(exchange, node.plugins());
        case "GET /v1/roots" -> send(exchange, node.roots());
        case "GET /v1/inspections" -> send(exchange, node.inspections());
        case "GET /v1/published" -> send(exchange, node.published());
        case "GET /v1/key" -> send(exchange, node.publishingKey());
        case "POST /v1/cat" -> {
          var body = body(exchange, ControlRequests.ReferenceWithin.class);
          CommandStream.blocks(
              exchange, out -> node.cat(body.reference(), body.timeout(), out.asOutput()));
        }
        default -> {
          CommandStream.Command command = command(request, exchange);
          CommandStream.events(exchange, command);
        }
      }
    } catch (Exception e) {
      LOG.debug("{} failed", request, e);
      CommandFailure failure = CommandFailure.of(e);
      refuse(exchange, failure.kind().httpStatus(), failure.kind(), failure.message());
    }
  }

  private CommandStream.Command command(String request, HttpExchange exchange)
      throws ShoalException, IOException {
    return switch (request) {
      case "POST /v1/add" -> {
        var body = body(exchange, ContentCommands.AddRequest.class);
        yield out -> node.add(body, out::progress, out::result);
      }
      case "POST /v1/take-over" -> {
        var body = body(exchange, ControlRequests.OfFolder.class);
        yield out -> out.result(node.takeOver(body.folder(), out::progress));
      }
      case "POST /v1/get" -> {
        var body = body(exchange, ContentCommands.GetRequest.class);
        yield out -> out.result(node.get(body, out::progress));
      }
      case "POST /v1/find" -> {
        var body = body(exchange, ControlRequests.ReferenceWithin.class);
        yield out -> node.find(body.reference(), body.timeout(), out::result);
      }
      case "POST /v1/share" -> {
        var body = body(exchange, ControlRequests.Share.class);
        yield out -> out.result(node.share(body.reference(), body.sharing()));
      }
      case "POST /v1/inspect" -> {
        var body = body(exchange, StatusCommands.InspectRequest.class);
        yield out -> node.inspect(body, out::result);
      }
      case "POST /v1/gc" -> {
        body(exchange, ControlRequests.Nothing.class);
        yield out -> out.result(node.gc());
      }
      case "POST /v1/verify" -> {
        var body = body(exchange, StoreCommands.VerifyRequest.class);
        yield out -> out.result(node.verify(body, out::progress));
      }
      case "POST /v1/list", "POST /v1/stat", "POST /v1/pin", "POST /v1/unpin" ->
          ofReference(
              request.substring("POST /v1/".length()),
              body(exchange, ControlRequests.OfReference.class).reference());
      default -> ofNames(request, exchange);
    };
  }

  private CommandStream.Command ofNames(String request, HttpExchange exchange)
      throws ShoalException, IOException {
    return switch (request) {
      case "POST /v1/publish" -> {
        var body = body(exchange, NameCommands.PublishRequest.class);
        yield out -> out.result(node.publish(body));
      }
      case "POST /v1/withdraw" -> {
        var body = body(exchange, ControlRequests.Name.class);
        yield out ->
            out.result(node.withdraw(body.name(), Duration.ofMillis(body.timeoutMillis())));
      }
      case "POST /v1/resolve" -> {
        var body = body(exchange, ControlRequests.ReferenceWithin.class);
        if (!(body.reference() instanceof Reference.SignedName name)) {
          throw new InvalidInputException("not a signed name: give shoal:k/KEY/NAME");
        }
        yield out -> out.result(node.resolve(name, body.timeout()));
      }
      case "POST /v1/key/export" -> {
        var body = body(exchange, ControlRequests.KeyFile.class);
        yield out -> out.result(node.exportKey(body.file()));
      }
      case "POST /v1/key/import" -> {
        var body = body(exchange, ControlRequests.KeyFile.class);
        yield out -> out.result(node.importKey(body.file()));
      }
      case "POST /v1/key/rotate" -> {
        var body = body(exchange, ControlRequests.Within.class);
        yield out -> out.result(node.rotateKey(Duration.ofMillis(body.timeoutMillis())));
      }
      default -> throw new NotFoundException("the control API has no '" + request + "'");
    };
  }

  private CommandStream.Command ofReference(String command, Reference reference) {
    return switch (command) {
      case "list" -> out -> node.list(reference).forEach(out::result);
      case "stat" -> out -> out.result(node.stat(reference));
      case "pin" -> _ -> node.pin(reference);
      default -> _ -> node.unpin(reference);
    };
  }

  private static <T> T body(HttpExchange exchange, Class<T> type)
      throws InvalidInputException, IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new InvalidInputException("a request has at most " + MAX_BODY_BYTES + " bytes");
    }
    try {
      return ControlJson.request(body, type);
    } catch (JsonException e) {
      throw new InvalidInputException("not the JSON that is expected here: " + e.getMessage(), e);
    }
  }

  private static void send(HttpExchange exchange, Object value) throws IOException {
    send(exchange, 200, "application/json", ControlJson.write(value));
  }

  private static void refuse(
      HttpExchange exchange, int status, CommandFailure.Kind kind, String message)
      throws IOException {
    send(
        exchange, status, "application/json", ControlJson.write(new CommandFailure(kind, message)));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  /// Ends at once: commands that run are interrupted, and their clients report that the node is
  /// gone.
  @Override
  public void close() {
    try {
      file.delete(dataFolder);
    } catch (IOException e) {
      LOG.debug("control.json stays behind; the next start replaces it", e);
    }
    http.stop(0);
    threads.shutdownNow();
  }
}
