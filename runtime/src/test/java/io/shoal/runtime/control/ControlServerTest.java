package io.shoal.runtime.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PermanentException;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.DeadlineException;
import io.shoal.runtime.command.NameCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.command.VerificationFailedException;
import io.shoal.runtime.file.DataFolderLock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ControlServerTest {

  private static final String CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

  @TempDir Path folder;
  private final ScriptedNode node = new ScriptedNode();
  private ControlServer server;

  @BeforeEach
  void start() throws Exception {
    server =
        ControlServer.start(
            node,
            () -> "shoal_up 1\n",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            folder,
            System::nanoTime,
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
    return Reference.parse("shoal:" + CID + "?name=a%20b%2B%C3%A4");
  }

  @Test
  void answersArriveUnchanged() throws Exception {
    RemoteNode remote = remote();

    assertEquals(node.status(), remote.status());
    assertEquals(node.peers(), remote.peers());
    assertEquals(node.plugins(), remote.plugins());
    assertEquals(node.roots(), remote.roots());
    assertEquals(node.list(reference()), remote.list(reference()));
    assertEquals(node.stat(reference()), remote.stat(reference()));
    for (StoreCommands.Sharing rule : StoreCommands.Sharing.values()) {
      assertEquals(node.share(reference(), rule), remote.share(reference(), rule));
    }
    assertEquals(
        node.verify(
            new StoreCommands.VerifyRequest(true, 1_000), ContentCommands.ProgressListener.SILENT),
        remote.verify(
            new StoreCommands.VerifyRequest(true, 1_000), ContentCommands.ProgressListener.SILENT));
    assertEquals(node.inspections(), remote.inspections());
    assertEquals("shoal_up 1\n", remote.metrics());
  }

  @Test
  void requestsArriveUnchanged() throws Exception {
    var request =
        ContentCommands.GetRequest.builder(reference(), Path.of("/a"))
            .target(Path.of("/a/b c"))
            .peers(List.of(PeerAddress.parse("tcps://127.0.0.1:4600")))
            .timeout(Duration.ofMillis(1500))
            .keep(true)
            .replace(true)
            .privately(true)
            .build();
    List<ContentCommands.Progress> progress = new ArrayList<>();

    ContentCommands.Fetched fetched = remote().get(request, progress::add);

    assertEquals(ScriptedNode.FETCHED, fetched);
    assertEquals(Optional.of(request), node.last);
    assertEquals(
        List.of(new ContentCommands.Progress("downloading", 5, 10, 1, 2, "waits")), progress);
  }

  @Test
  void everyKindOfReferenceArrivesUnchanged() throws Exception {
    for (String text :
        List.of(
            CID,
            "shoal:" + CID + "?name=%E2%82%AC%25",
            "sha256:" + "ab".repeat(32),
            "shoal:k/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5/my%20name")) {
      Reference reference = Reference.parse(text);
      remote().pin(reference);
      assertEquals(Optional.of(reference), node.last);
    }
  }

  @Test
  void requestsForNamesArriveUnchanged() throws Exception {
    RemoteNode remote = remote();
    var request =
        new NameCommands.PublishRequest(
            Optional.of("né"),
            reference(),
            Optional.of(Duration.ofHours(1)),
            Optional.of("a\nnote"),
            Duration.ofSeconds(9));
    assertEquals(node.publish(request), remote.publish(request));
    assertEquals(Optional.of(request), node.last);
    assertEquals(node.withdraw("n", Duration.ZERO), remote.withdraw("n", Duration.ZERO));
    assertEquals(node.published(), remote.published());
    var name =
        (Reference.SignedName)
            Reference.parse(
                "shoal:k/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5/my%20name");
    assertEquals(node.resolve(name, Duration.ZERO), remote.resolve(name, Duration.ZERO));
    assertEquals(Optional.of(name), node.last);
    assertEquals(node.publishingKey(), remote.publishingKey());
    Path file = Path.of("/a b/c");
    assertEquals(node.exportKey(file), remote.exportKey(file));
    assertEquals(node.importKey(file), remote.importKey(file));
    assertEquals(Optional.of(file), node.last);
    assertEquals(node.rotateKey(Duration.ofDays(1)), remote.rotateKey(Duration.ofDays(1)));
    assertEquals(Optional.of(Duration.ofDays(1)), node.last);
  }

  @Test
  void addedPathsArriveInOrder() throws Exception {
    var request =
        ContentCommands.AddRequest.builder(List.of(Path.of("/a"), Path.of("/b")))
            .inPlace(true)
            .leafSizeBytes(262_144)
            .privately(true)
            .build();
    List<String> names = new ArrayList<>();

    remote()
        .add(request, ContentCommands.ProgressListener.SILENT, added -> names.add(added.name()));

    assertEquals(List.of("/a", "/b"), names);
    assertEquals(Optional.of(request), node.last);
  }

  @Test
  void aPathThatIsNotAddedIsReportedBesideTheOthers() throws Exception {
    List<String> heard = new ArrayList<>();
    remote()
        .add(
            ContentCommands.AddRequest.builder(
                    List.of(Path.of("/a"), Path.of("/bad"), Path.of("/c")))
                .build(),
            ContentCommands.ProgressListener.SILENT,
            added -> heard.add(added.name()),
            failed -> heard.add(failed.path() + ": " + failed.reason()));
    assertEquals(List.of("/a", "/bad: it is bad", "/c"), heard);
  }

  @Test
  void theLinesOfAnInspectionArriveInOrder() throws Exception {
    var request = new StatusCommands.InspectRequest("table", List.of("ä b", ""));
    List<StatusCommands.InspectionLine> lines = new ArrayList<>();

    remote().inspect(request, lines::add);

    assertEquals(Optional.of(request), node.last);
    assertEquals(
        List.of(
            new StatusCommands.InspectionLine(true, List.of("a", "b")),
            new StatusCommands.InspectionLine(false, List.of("1", ""))),
        lines);
  }

  @Test
  void bytesOfAFileArriveWhole() throws Exception {
    var out = new ByteArrayOutputStream();

    remote().cat(reference(), Duration.ofSeconds(1), out);

    assertEquals(200_001, out.size());
  }

  @Test
  void aFailureInTheMiddleOfAFileArrives() {
    node.failure = Optional.of(new NotFoundException("gone: look elsewhere"));

    var e =
        assertThrows(
            NotFoundException.class,
            () -> remote().cat(reference(), Duration.ofSeconds(1), new ByteArrayOutputStream()));

    assertEquals("gone: look elsewhere", e.getMessage());
  }

  static List<Exception> failures() {
    return List.of(
        new NotFoundException("m"),
        new VerificationFailedException("m"),
        new DeadlineException("m"),
        new InvalidInputException("m"),
        new InvalidConfigException("m"),
        new UserFaultException("m"),
        new StoreFullException("m"),
        new ChunkChangedException("m"),
        new PeerUnreachableException("m"),
        new RetryableException("m"),
        new MalformedDataException("m"),
        new PeerFaultException("m"),
        new PermanentException("m"),
        new IOException("m"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureKeepsItsType(Exception failure) {
    node.failure = Optional.of(failure);

    var plain = assertThrows(failure.getClass(), () -> remote().status());
    var streamed = assertThrows(failure.getClass(), () -> remote().stat(reference()));

    assertEquals("m", plain.getMessage());
    assertEquals("m", streamed.getMessage());
  }

  @Test
  void aBugInTheNodeIsReportedInOneLine() {
    node.failure = Optional.of(new IllegalStateException("two\nlines"));

    var e = assertThrows(PermanentException.class, () -> remote().stat(reference()));

    assertTrue(e.getMessage().contains("two lines"), e.getMessage());
  }

  @Test
  void anInterruptedClientInterruptsItsCommand() throws Exception {
    var client =
        Thread.ofVirtual()
            .start(() -> assertThrows(InterruptedException.class, () -> remote().gc()));
    assertTrue(node.gcBegan.await(10, TimeUnit.SECONDS));

    client.interrupt();

    assertTrue(node.gcInterrupted.await(10, TimeUnit.SECONDS));
    client.join();
  }

  @Test
  void aStoppedNodeEndsWaitingCommands() throws Exception {
    List<Throwable> ended = new ArrayList<>();
    var client =
        Thread.ofVirtual()
            .start(() -> ended.add(assertThrows(Exception.class, () -> remote().gc())));
    assertTrue(node.gcBegan.await(10, TimeUnit.SECONDS));

    server.close();

    client.join();
    assertFalse(ended.isEmpty());
    assertInstanceOf(Exception.class, ended.getFirst());
    assertTrue(node.gcInterrupted.await(10, TimeUnit.SECONDS));
    assertTrue(RemoteNode.of(folder).isEmpty());
  }

  @Test
  void theTokenIsForTheOwnerAlone() throws Exception {
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(folder.resolve("control.json"))));
  }

  @Test
  void theFileOfACrashedNodeIsIgnoredWhateverHasItsPort() throws Exception {
    new ControlFile(server.url(), "t", Long.MAX_VALUE).write(folder);
    DataFolderLock.take(folder).close();

    assertTrue(RemoteNode.of(folder).isEmpty());
  }

  @Test
  void aNodeIsRecognisedByItsLockWhateverItsProcessNumberIs() throws Exception {
    String token = ControlFile.read(folder).orElseThrow().token();
    new ControlFile(server.url(), token, Long.MAX_VALUE).write(folder);
    try (DataFolderLock _ = DataFolderLock.take(folder)) {

      assertEquals(node.status(), remote().status());
    }
  }

  @Test
  void onlyLoopbackIsListenedOn() {
    assertThrows(
        InvalidConfigException.class,
        () ->
            ControlServer.start(
                node,
                () -> "",
                new InetSocketAddress("0.0.0.0", 0),
                folder,
                System::nanoTime,
                new SecureRandom()));
  }

  @Test
  void requestsOfWebPagesAndStrangersAreRefused() throws Exception {
    String token = "Bearer " + ControlFile.read(folder).orElseThrow().token();
    String host = URI.create(server.url()).getAuthority();

    assertEquals(
        200, status("GET", "/v1/status", Map.of("Host", host, "Authorization", token), ""));
    assertEquals(401, status("GET", "/v1/status", Map.of("Host", host), ""));
    assertEquals(401, status("GET", "/metrics", Map.of("Host", host), ""));
    assertEquals(
        401, status("GET", "/v1/status", Map.of("Host", host, "Authorization", "Bearer x"), ""));
    assertEquals(
        421,
        status("GET", "/v1/status", Map.of("Host", "evil.example", "Authorization", token), ""));
    assertEquals(
        403,
        status(
            "GET",
            "/v1/status",
            Map.of("Host", host, "Authorization", token, "Origin", "http://" + host),
            ""));
  }

  @Test
  void malformedRequestsAreRefused() throws Exception {
    Map<String, String> good =
        Map.of(
            "Host",
            URI.create(server.url()).getAuthority(),
            "Authorization",
            "Bearer " + ControlFile.read(folder).orElseThrow().token());

    assertEquals(404, status("GET", "/v1/nothing", good, ""));
    assertEquals(404, status("POST", "/v1/status", good, ""));
    assertEquals(400, status("POST", "/v1/stat", good, "{"));
    assertEquals(400, status("POST", "/v1/stat", good, "{}"));
    assertEquals(400, status("POST", "/v1/stat", good, "{\"reference\":\"nonsense\"}"));
    assertEquals(400, status("POST", "/v1/stat", good, "{\"reference\":5}"));
    assertEquals(400, status("POST", "/v1/verify", good, "{\"repair\":true,\"more\":1}"));
    assertEquals(
        400, status("POST", "/v1/stat", good, " ".repeat(ControlServer.MAX_BODY_BYTES + 1)));
  }

  private int status(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    var address = URI.create(server.url());
    var request = new StringBuilder(method + " " + path + " HTTP/1.0\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    request.append("Content-Length: " + body.length() + "\r\n\r\n" + body);
    try (var socket = new Socket(address.getHost(), address.getPort())) {
      socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
      byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
      return Integer.parseInt(new String(head, StandardCharsets.US_ASCII).substring(9));
    }
  }
}
