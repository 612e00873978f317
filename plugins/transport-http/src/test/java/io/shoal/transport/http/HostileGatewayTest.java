package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Gateways of other kinds, broken ones and such that mean harm.
class HostileGatewayTest {
  private final Cid cid = TestData.cid(new byte[] {1});
  private final HttpTransport transport = new HttpTransport();
  private final MapServer own = new MapServer();
  private final List<AutoCloseable> closing = new ArrayList<>();
  private TestContext context;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    context = TestContext.in(folder).with("stallTimeout", "500ms");
    transport.start(context);
  }

  @AfterEach
  void end() throws Exception {
    transport.close();
    for (AutoCloseable one : closing) {
      one.close();
    }
    context.close();
    assertEquals(own.connected, own.disconnected);
  }

  /// Answers each connection's first request with the same text, and waits for its end.
  private final class Scripted implements AutoCloseable {
    private final ServerSocket socket;
    private final String answer;
    private final boolean ends;
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();

    Scripted(String answer, boolean ends) throws IOException {
      this.answer = answer;
      this.ends = ends;
      socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      closing.add(this);
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket one = socket.accept();
          accepted.add(one);
          Thread.ofVirtual().start(() -> answer(one));
        }
      } catch (IOException e) {
        // The test ends.
      }
    }

    private void answer(Socket one) {
      try {
        StringBuilder request = new StringBuilder();
        while (request.indexOf("\r\n\r\n") < 0) {
          request.append((char) one.getInputStream().read());
        }
        requests.add(request.toString());
        OutputStream out = one.getOutputStream();
        out.write(
            answer
                .replace("PORT", Integer.toString(socket.getLocalPort()))
                .getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (ends) {
          one.close();
        }
      } catch (IOException e) {
        // The other side went.
      }
    }

    PeerConnection connect(String path) throws Exception {
      return transport.connect(
          PeerAddress.of("http://127.0.0.1:" + socket.getLocalPort() + path), own);
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket one : accepted) {
        one.close();
      }
    }
  }

  private static String head(String status, String... headers) {
    String all = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return "HTTP/1.1 " + status + "\r\n" + all + "\r\n";
  }

  private Refusal refusal(PeerConnection from) {
    return assertThrows(RefusedException.class, () -> fetch(from)).refusal();
  }

  private Refusal refusal(String answer) throws Exception {
    try (PeerConnection from = new Scripted(answer, true).connect("")) {
      return refusal(from);
    }
  }

  private byte[] fetch(PeerConnection from) throws Exception {
    try (ChunkBody body = from.fetch(ChunkRequest.of(cid))) {
      ByteBuffer into = ByteBuffer.allocate(body.awaitSize() + 1);
      while (body.read(into) > 0) {
        // more
      }
      byte[] read = new byte[into.position()];
      into.flip().get(read);
      return read;
    }
  }

  @Test
  void theRequestIsThatOfATrustlessGateway() throws Exception {
    Scripted gateway = new Scripted(head("200 OK", "Content-Length: 3") + "abc", true);
    try (PeerConnection from = gateway.connect("/below/")) {
      assertArrayEquals("abc".getBytes(), fetch(from));
    }
    String request = gateway.requests.getFirst();
    assertTrue(request.startsWith("GET /below/ipfs/" + cid + "?format=raw HTTP/1.1\r\n"), request);
    assertTrue(request.contains("Accept: application/vnd.ipld.raw\r\n"), request);
    assertTrue(request.contains("User-Agent: shoal"), request);
  }

  @Test
  void everyStatusIsARefusal() throws Exception {
    for (String none : List.of("404 No", "410 Gone", "412 No", "400 Bad", "406 No", "504 Late")) {
      assertEquals(new Refusal.NotHeld(), refusal(head(none, "Content-Length: 0")), none);
    }
    for (String never : List.of("401 Who", "403 No", "451 Law")) {
      assertEquals(new Refusal.Denied(), refusal(head(never, "Content-Length: 0")), never);
    }
    assertEquals(
        new Refusal.Busy(Duration.ofSeconds(7)),
        refusal(head("429 Slow", "Retry-After: 7", "Content-Length: 0")));
    assertEquals(
        new Refusal.Busy(Duration.ofMinutes(1)),
        refusal(head("503 Busy", "Retry-After: 99999", "Content-Length: 0")));
    assertEquals(
        new Refusal.Busy(Duration.ofSeconds(5)),
        refusal(head("503 Busy", "Retry-After: tomorrow", "Content-Length: 0")));
    assertEquals(new Refusal.Corrupt(), refusal(head("500 Oh", "Content-Length: 0")));
  }

  @Test
  void pagesForPeopleAreNoChunks() throws Exception {
    String page = head("200 OK", "Content-Type: text/html", "Content-Length: 3") + "abc";
    assertEquals(new Refusal.Denied(), refusal(page));
    String packed = head("200 OK", "Content-Encoding: gzip", "Content-Length: 3") + "abc";
    assertEquals(new Refusal.Denied(), refusal(packed));
  }

  @Test
  void aBodyWithoutASizeIsTakenWhole() throws Exception {
    String chunked =
        head("200 OK", "Transfer-Encoding: chunked") + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
    try (PeerConnection from = new Scripted(chunked, true).connect("")) {
      assertArrayEquals("abcdefg".getBytes(), fetch(from));
    }
    assertEquals(
        new Refusal.Gone(),
        refusal(head("200 OK", "Transfer-Encoding: chunked") + "3\r\nabc\r\n4\r\nde"));
  }

  @Test
  void moreThanAChunkIsAFault() throws Exception {
    assertFault(new Scripted(head("200 OK", "Content-Length: 2097153"), false));
    String endless = "10000\r\n" + "a".repeat(0x10000) + "\r\n";
    assertFault(
        new Scripted(head("200 OK", "Transfer-Encoding: chunked") + endless.repeat(40), false));
  }

  private void assertFault(Scripted gateway) throws Exception {
    PeerConnection from = gateway.connect("");
    assertEquals(new Refusal.Gone(), refusal(from));
    assertFalse(from.isOpen());
    assertTrue(from.fault().isPresent());
  }

  @Test
  void anAnswerThatEndsEarlyIsGone() throws Exception {
    assertEquals(new Refusal.Gone(), refusal(head("200 OK", "Content-Length: 100") + "abc"));
    assertEquals(new Refusal.Gone(), refusal(""));
    assertEquals(new Refusal.Gone(), refusal("nonsense\r\n\r\n"));
  }

  @Test
  void silenceEndsARequest() throws Exception {
    try (PeerConnection from = new Scripted("", false).connect("")) {
      assertEquals(new Refusal.Gone(), refusal(from));
    }
    Scripted midway = new Scripted(head("200 OK", "Content-Length: 100") + "abc", false);
    try (PeerConnection from = midway.connect("")) {
      assertEquals(new Refusal.Gone(), refusal(from));
    }
  }

  @Test
  void aGatewayThatNeverAnswersIsLeft() throws Exception {
    PeerConnection from = new Scripted("", true).connect("");
    for (int i = 0; i < 4; i++) {
      assertTrue(from.isOpen());
      assertEquals(new Refusal.Gone(), refusal(from));
    }
    assertFalse(from.isOpen());
    assertEquals(Optional.empty(), from.fault(), "it may have gone home");
  }

  @Test
  void aRedirectToTheSameHostIsFollowed() throws Exception {
    Scripted end = new Scripted(head("200 OK", "Content-Length: 3") + "abc", true);
    String there = "Location: http://127.0.0.1:%d/x".formatted(end.socket.getLocalPort());
    try (PeerConnection from =
        new Scripted(head("307 There", there, "Content-Length: 0"), true).connect("")) {
      assertArrayEquals("abc".getBytes(), fetch(from));
    }
    assertTrue(end.requests.getFirst().startsWith("GET /x HTTP/1.1"));
  }

  @Test
  void redirectsElsewhereOrWithoutEndAreNot() throws Exception {
    Scripted loop = new Scripted(head("302 Here", "Location: /again", "Content-Length: 0"), true);
    try (PeerConnection from = loop.connect("")) {
      assertEquals(new Refusal.Denied(), refusal(from));
    }
    assertEquals(4, loop.requests.size());
    for (String elsewhere :
        List.of(
            "http://localhost:PORT/x",
            "http://127.0.0.1.example.org/x",
            "ftp://127.0.0.1/x",
            "http://u@127.0.0.1:PORT/x",
            "http://[bad",
            "")) {
      assertEquals(
          new Refusal.Denied(),
          refusal(head("301 There", "Location: " + elsewhere, "Content-Length: 0")),
          elsewhere);
    }
  }

  @Test
  void addressesThatAreNoGatewayAreRefused() {
    for (String wrong :
        List.of(
            "http:///path", "ftp://127.0.0.1", "http://127.0.0.1?x=y", "tcps://127.0.0.1:4600")) {
      assertThrows(
          InvalidInputException.class, () -> transport.connect(PeerAddress.of(wrong), own), wrong);
    }
    PeerAddress pinned = PeerAddress.of("http://127.0.0.1").withPeerId(context.identity().peerId());
    assertThrows(InvalidInputException.class, () -> transport.connect(pinned, own));
  }
}
