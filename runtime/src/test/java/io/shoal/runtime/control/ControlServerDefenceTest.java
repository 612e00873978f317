package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PermanentException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.command.Reference;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The control API under what strangers, wrong programs and failing nodes do to it.
@Timeout(60)
class ControlServerDefenceTest {

  private static final String CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

  @TempDir Path folder;
  private final ScriptedNode node = new ScriptedNode();
  private final AtomicLong nanosPassed = new AtomicLong();
  private ControlServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        ControlServer.start(
            node,
            () -> "shoal_up 1\n",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder,
            () -> System.nanoTime() + nanosPassed.get(),
            new SecureRandom());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private RemoteNode remote() throws IOException {
    return RemoteNode.of(folder).orElseThrow();
  }

  private static Reference reference() throws Exception {
    return Reference.parse(CID);
  }

  private Map<String, String> owner() throws IOException {
    return Map.of(
        "Host",
        URI.create(server.url()).getAuthority(),
        "Authorization",
        "Bearer " + ControlFile.read(folder).orElseThrow().token());
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/stat, reference",
    "/v1/cat, reference",
    "/v1/get, reference",
    "/v1/find, timeoutMillis",
    "/v1/add, paths",
    "/v1/share, sharing",
    "/v1/take-over, folder",
    "/v1/withdraw, name",
    "/v1/key/export, file",
    "/v1/verify, repair",
    "/v1/gc, {}"
  })
  void aBodyThatSaysNothingIsRefusedByItsFields(String path, String field) throws Exception {
    for (String body : List.of("", "null", " \n null ")) {
      String answer = answer("POST", path, owner(), body);

      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.contains(field), answer);
    }
  }

  @Test
  void aFieldThatIsNullIsRefusedByItsName() throws Exception {
    String answer = answer("POST", "/v1/stat", owner(), "{\"reference\":null}");

    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertTrue(answer.contains("reference is missing"), answer);
  }

  @Test
  void aTimeBeyondAllBoundsIsForEver() throws Exception {
    String body = "{\"timeoutMillis\":" + Long.MAX_VALUE + "}";

    String answer = answer("POST", "/v1/key/rotate", owner(), body);

    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertFalse(answer.contains("error"), answer);
    Duration given = (Duration) node.last.orElseThrow();
    assertTrue(given.toNanos() > 0 && given.toDays() > 30_000, given.toString());
  }

  @Test
  void noBodyIsAFaultOfTheNode() throws Exception {
    List<String> bodies =
        List.of(
            "[]",
            "7",
            "\"\"",
            "{\"reference\":\"" + CID + "\",\"timeoutMillis\":" + Long.MIN_VALUE + "}",
            "{\"reference\":\"" + CID + "\",\"timeoutMillis\":1e400}",
            "{\"reference\":\"" + CID + "\",\"timeoutMillis\":null}",
            "{\"reference\":\"" + CID + "\",\"timeout\":\"PT-1S\"}",
            "{\"reference\":\"" + CID + "\",\"timeout\":\"PT2562047788015215H\"}",
            "{\"reference\":\"\"}",
            "{\"reference\":{}}",
            "{\"folder\":\"\\u0000\"}",
            "{\"file\":\"\\ud800\"}",
            "{\"paths\":[null],\"leafSizeBytes\":-1}",
            "{\"name\":\"\\u0000\",\"timeoutMillis\":" + Long.MIN_VALUE + "}",
            "{\"inspection\":\"x\",\"arguments\":[null]}",
            "[".repeat(100_000));
    for (String path :
        List.of(
            "add",
            "cat",
            "find",
            "get",
            "inspect",
            "key/export",
            "key/import",
            "key/rotate",
            "list",
            "pin",
            "publish",
            "resolve",
            "share",
            "stat",
            "take-over",
            "unpin",
            "verify",
            "withdraw")) {
      for (String body : bodies) {
        String answer = answer("POST", "/v1/" + path, owner(), body);

        assertFalse(answer.contains("INTERNAL"), path + " " + body + ": " + answer);
      }
    }
  }

  static List<Error> errors() {
    return List.of(
        new OutOfMemoryError("Java heap space"),
        new StackOverflowError(),
        new ExceptionInInitializerError("m"),
        new AssertionError("m"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorInACommandReachesTheClient(Error error) {
    node.failure = Optional.of(error);

    assertThrows(ShoalException.class, () -> remote().status());
    assertThrows(ShoalException.class, () -> remote().stat(reference()));
    assertThrows(
        ShoalException.class,
        () -> remote().cat(reference(), Duration.ofSeconds(1), new ByteArrayOutputStream()));
  }

  @Test
  void wantOfMemoryIsReportedWithItsCure() {
    node.failure = Optional.of(new OutOfMemoryError("Java heap space"));

    var e = assertThrows(PermanentException.class, () -> remote().status());

    assertTrue(String.valueOf(e.getMessage()).contains("-Xmx"), e.getMessage());
  }

  @Test
  void commandsThatWaitLeaveRoomForOthers() throws Exception {
    int commands = ControlServer.MAX_QUICK_REQUESTS + 16;
    List<Socket> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < commands; i++) {
        waiting.add(ask("POST", "/v1/gc", owner(), "{}"));
      }
      assertTrue(node.gcWaiting.tryAcquire(commands, 30, TimeUnit.SECONDS));

      assertEquals(node.status(), remote().status());
      assertEquals(node.stat(reference()), remote().stat(reference()));
      assertEquals("shoal_up 1\n", remote().metrics());
      assertTrue(answer("GET", "/metrics", owner(), "").endsWith("shoal_up 1\n"));
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void signsOfLifeComeAlsoWhileHashingHoldsAllProcessors() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (Socket gc = ask("POST", "/v1/gc", owner(), "{}")) {
      assertTrue(node.gcWaiting.tryAcquire(30, TimeUnit.SECONDS));
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        Thread.ofVirtual().start(() -> holdUntil(over));
      }
      gc.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
      var lines =
          new BufferedReader(new InputStreamReader(gc.getInputStream(), StandardCharsets.UTF_8));

      assertEquals(3, lines.lines().filter(":"::equals).limit(3).count());
    } finally {
      over.set(true);
    }
  }

  private static void holdUntil(AtomicBoolean over) {
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void strangersTakeEachOthersPlacesAndNotTheOwners() throws Exception {
    List<Socket> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * HttpListener.MAX_UNPROVEN_CONNECTIONS; i++) {
        strangers.add(connection());
        strangers.getLast().getOutputStream().write('G');
      }

      assertEquals(node.status(), remote().status());
      assertTrue(isClosed(strangers.getFirst()));
    } finally {
      for (Socket socket : strangers) {
        socket.close();
      }
    }
  }

  private static boolean isClosed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      // Reset: closed with our byte unread.
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET /v1/status HTTP/1.1\r\n", "POST /v1/gc HTTP/1.1\r\nHost:"})
  void aRequestThatDripsIsEnded(String begin) throws Exception {
    try (Socket socket = connection()) {
      socket.getOutputStream().write(begin.getBytes(StandardCharsets.UTF_8));
      assertEquals(node.status(), remote().status());
      nanosPassed.set(TimeUnit.MILLISECONDS.toNanos(HttpListener.REQUEST_WITHIN_MILLIS));
      socket.getOutputStream().write('x');

      assertTrue(isClosed(socket));
    }
  }

  @Test
  void aBodyThatNeverComesIsEnded() throws Exception {
    var headers = new TreeMap<>(owner());
    headers.put("Content-Length", "10");
    var head = new StringBuilder("POST /v1/gc HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    try (Socket socket = connection()) {
      socket.getOutputStream().write((head + "\r\n{").getBytes(StandardCharsets.UTF_8));
      assertEquals(node.status(), remote().status());
      nanosPassed.set(TimeUnit.MILLISECONDS.toNanos(HttpListener.REQUEST_WITHIN_MILLIS));
      socket.getOutputStream().write(' ');

      assertTrue(isClosed(socket));
    }
  }

  private Socket connection() throws IOException {
    var address = URI.create(server.url());
    return new Socket(address.getHost(), address.getPort());
  }

  private Socket ask(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    var request = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    request.append("Content-Length: " + body.length() + "\r\n\r\n" + body);
    Socket socket = connection();
    socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private String answer(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    try (Socket socket = ask(method, path, headers, body)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
