package io.shoal.runtime.control;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.NodeCommands;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

  /// Commands at once that may wait for peers, such as `get`: many more than a script starts, few
  /// enough that one gone wild does not take the node's memory and descriptors.
  static final int MAX_PATIENT_REQUESTS = 512;

  /// All other requests at once. They have places of their own: however many commands wait,
  /// `status` is answered.
  static final int MAX_QUICK_REQUESTS = 64;

  /// How long a request waits for a place. Clients take a node that is silent for longer than some
  /// seconds for one that hangs.
  private static final int PLACE_WITHIN_MILLIS = 2_000;

  private static final int TOKEN_BYTES = 32;

  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

  private final HttpListener http;
  private final Semaphore patient = new Semaphore(MAX_PATIENT_REQUESTS);
  private final Semaphore quick = new Semaphore(MAX_QUICK_REQUESTS);
  private final ControlRoutes routes;
  private final Path dataFolder;
  private final ControlFile file;
  private final Set<String> hosts;

  private ControlServer(
      HttpListener http, ControlRoutes routes, Path dataFolder, SecureRandom random) {
    this.http = http;
    this.routes = routes;
    this.dataFolder = dataFolder;
    InetSocketAddress address = http.address();
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
  /// @param nanoTime monotonic
  /// @param random makes the token
  /// @throws UserFaultException the address is not a loopback one, or taken
  public static ControlServer start(
      NodeCommands node,
      Supplier<String> metrics,
      InetSocketAddress listen,
      Path dataFolder,
      LongSupplier nanoTime,
      SecureRandom random)
      throws UserFaultException, IOException {
    if (listen.isUnresolved() || !listen.getAddress().isLoopbackAddress()) {
      throw new InvalidConfigException(
          "control.listen: "
              + listen.getHostString()
              + " is not on loopback: the control API has full power over the node, take"
              + " 127.0.0.1:PORT");
    }
    HttpListener http;
    try {
      http = new HttpListener(listen, nanoTime);
    } catch (IOException e) {
      throw new UserFaultException(
          "control.listen: cannot listen on port %d (%s): choose another, or 0 for any"
              .formatted(listen.getPort(), e.getMessage()),
          e);
    }
    var server = new ControlServer(http, new ControlRoutes(node, metrics), dataFolder, random);
    http.start(server::handle);
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

  private void handle(Exchange exchange) throws IOException {
    try {
      RequestHead head = exchange.readHead();
      if (!admitted(exchange, head)) {
        return;
      }
      Optional<byte[]> body = exchange.readBody(MAX_BODY_BYTES);
      if (body.isEmpty()) {
        refuse(
            exchange,
            new InvalidInputException("a request has at most " + MAX_BODY_BYTES + " bytes"));
        return;
      }
      exchange.proven();
      answer(exchange, head, body.get());
    } catch (RequestHead.MalformedException e) {
      refuse(exchange, 400, CommandFailure.Kind.INVALID_INPUT, String.valueOf(e.getMessage()));
    } catch (SocketTimeoutException e) {
      LOG.debug("an unfinished request was ended: {}", e.toString());
    }
  }

  private boolean admitted(Exchange exchange, RequestHead head) throws IOException {
    if (!hosts.contains(head.header("host").orElse("").toLowerCase(Locale.ROOT))) {
      refuse(
          exchange,
          421,
          CommandFailure.Kind.USER_FAULT,
          "this is " + file.url() + ", not another host");
      return false;
    }
    if (head.header("origin").isPresent()) {
      refuse(
          exchange, 403, CommandFailure.Kind.USER_FAULT, "web pages may not use the control API");
      return false;
    }
    String given = head.header("authorization").orElse("");
    byte[] expected = ("Bearer " + file.token()).getBytes(StandardCharsets.UTF_8);
    // Compared in constant time: the time it takes must not show how much of a guess was right.
    if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected)) {
      refuse(
          exchange,
          401,
          CommandFailure.Kind.USER_FAULT,
          "send the token of control.json in the data folder as 'Authorization: Bearer TOKEN'");
      return false;
    }
    return true;
  }

  private void answer(Exchange exchange, RequestHead head, byte[] body) throws IOException {
    Semaphore places = ControlRoutes.isPatient(head.request()) ? patient : quick;
    boolean entered = false;
    try {
      entered = places.tryAcquire(PLACE_WITHIN_MILLIS, TimeUnit.MILLISECONDS);
      if (entered) {
        reply(exchange, head, body).send();
      } else {
        refuse(
            exchange,
            new RetryableException("too many commands run at once: end some, or try again later"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (entered) {
        places.release();
      }
    }
  }

  /// An answer that is ready to be sent.
  private interface Reply {
    void send() throws IOException;
  }

  private Reply reply(Exchange exchange, RequestHead head, byte[] body) {
    String request = head.request();
    try {
      Optional<ControlRoutes.Question> question = routes.question(request);
      if (question.isEmpty()) {
        CommandStream.Command command = routes.command(request, body);
        return request.equals(ControlRoutes.CAT)
            ? () -> CommandStream.blocks(exchange, request, command)
            : () -> CommandStream.events(exchange, request, command);
      }
      if (head.header("accept").filter(CommandStream.EVENTS::equals).isPresent()) {
        // With signs of life: such a client can tell a node that works from one that hangs.
        return () -> CommandStream.events(exchange, request, out -> ask(question.get(), out));
      }
      Object answer = question.get().ask();
      String type = answer instanceof String ? "text/plain; version=0.0.4" : "application/json";
      byte[] bytes =
          answer instanceof String text
              ? text.getBytes(StandardCharsets.UTF_8)
              : ControlJson.write(answer);
      return () -> exchange.respond(200, type, bytes);
    } catch (Throwable e) {
      // Whatever it is, the client waits for an answer.
      LOG.debug("{} failed", request, e);
      return () -> refuse(exchange, e);
    }
  }

  private static void ask(ControlRoutes.Question question, CommandStream out) throws Exception {
    Object answer = question.ask();
    (answer instanceof List<?> list ? list : List.of(answer)).forEach(out::result);
  }

  private static void refuse(Exchange exchange, Throwable failure) throws IOException {
    CommandFailure refusal = CommandFailure.of(failure);
    refuse(exchange, refusal.kind().httpStatus(), refusal.kind(), refusal.message());
  }

  private static void refuse(
      Exchange exchange, int status, CommandFailure.Kind kind, String message) throws IOException {
    exchange.respond(
        status, "application/json", ControlJson.write(new CommandFailure(kind, message)));
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
    http.close();
  }
}
