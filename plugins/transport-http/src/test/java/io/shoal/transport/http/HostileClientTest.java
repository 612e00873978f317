package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that break the rules or waste what the gateway has.
class HostileClientTest {
  private static final int READ_TIMEOUT_MILLIS = 30_000;
  private static final int MANY = 100;

  private final byte[] bytes = TestData.bytes(1, 2 << 20);
  private final Cid cid = TestData.cid(bytes);
  private final String raw = "/ipfs/" + cid + "?format=raw";
  private TestGateway gateway;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    gateway =
        new TestGateway(
            folder,
            Map.of(
                "maxConnectionsPerAddress", "4", "idleTimeout", "500ms", "stallTimeout", "500ms"));
    gateway.chunks.put(cid, bytes);
  }

  @AfterEach
  void end() throws Exception {
    assertStillServes();
    gateway.close();
    assertEquals(0, gateway.chunks.open.get(), "sources that were not given back");
    assertEquals(gateway.chunks.connected.size(), gateway.chunks.disconnected.size());
  }

  private void assertStillServes() throws Exception {
    // The places of clients that just went are free in a moment.
    Await.until("a place for another client", this::serves);
  }

  private boolean serves() throws Exception {
    byte[] body;
    try {
      body = gateway.get(raw).body();
    } catch (IOException e) {
      return false;
    }
    assertArrayEquals(bytes, body);
    return true;
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket(gateway.address.getAddress(), gateway.address.getPort());
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  /// What comes until the connection ends.
  private static String all(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // A reset: what came before it counts.
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  private String answer(String request) throws IOException {
    try (Socket socket = dial()) {
      send(socket, request);
      return all(socket);
    }
  }

  private static void assertStatus(int status, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), () -> status + ": " + answer);
    assertTrue(answer.toLowerCase().contains("connection: close"), answer);
  }

  @Test
  void malformedRequestsAreRefusedAndTheConnectionEnds() throws IOException {
    String host = "\r\nHost: x\r\n";
    assertStatus(400, answer("nonsense\r\n\r\n"));
    assertStatus(400, answer("GET / HTTP/1.1\r\n\r\n"));
    assertStatus(400, answer("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
    assertStatus(400, answer("GET / HTTP/1.1" + host + "Bad header : x\r\n\r\n"));
    assertStatus(505, answer("GET / HTTP/1.0" + host + "\r\n"));
    assertStatus(417, answer("GET / HTTP/1.1" + host + "Expect: 100-continue\r\n\r\n"));
    assertStatus(413, answer("POST / HTTP/1.1" + host + "Content-Length: 5\r\n\r\nabcde"));
    assertStatus(
        413, answer("POST / HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde"));
    assertStatus(414, answer("GET /" + "a".repeat(10_000) + " HTTP/1.1" + host + "\r\n"));
    assertStatus(431, answer("GET / HTTP/1.1" + host + "X: " + "a".repeat(20_000) + "\r\n\r\n"));
    assertStatus(431, answer("GET / HTTP/1.1" + host + "X: a\r\n".repeat(5_000) + "\r\n"));
  }

  @Test
  void aBodyIsNotTakenForTheNextRequest() throws IOException {
    String hidden = "GET /ipfs/bafkqaaa?format=raw HTTP/1.1\r\nHost: x\r\n\r\n";
    String answer =
        answer(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(hidden.length(), hidden));
    assertStatus(413, answer);
    assertEquals(1, answer.split("HTTP/1.1 ", -1).length - 1, answer);
  }

  @Test
  void aRequestThatNeverEndsIsGivenUp() throws Exception {
    try (Socket silent = dial();
        Socket slow = dial()) {
      send(slow, "GET / HTTP/1.1\r\n");
      assertEquals("", all(silent));
      // Bytes now and then do not help.
      boolean ended = false;
      for (int i = 0; i < MANY && !ended; i++) {
        try {
          send(slow, "X: y\r\n");
          Thread.sleep(50);
        } catch (SocketException e) {
          ended = true;
        }
      }
      assertTrue(ended, "the connection is still there");
    }
  }

  @Test
  void aClientThatReadsNothingIsGivenUp() throws Exception {
    try (Socket socket = dial()) {
      socket.setReceiveBufferSize(4_096);
      for (int i = 0; i < 6; i++) {
        send(socket, "GET " + raw + " HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      Await.until("the end of its connection", () -> !gateway.chunks.disconnected.isEmpty());
      assertEquals(0, gateway.chunks.open.get(), "chunks that are still held");
      // What the system had taken over is thrown away: it would wait in memory for minutes.
      assertTrue(all(socket).length() < 2 * bytes.length);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
    Cid small = TestData.cid(new byte[] {1, 2, 3});
    gateway.chunks.put(small, "one".getBytes());
    String get = "GET /ipfs/%s?format=raw HTTP/1.1\r\nHost: x\r\n%s\r\n";
    String answers =
        answer(
            get.formatted(small, "")
                + get.formatted("bafkqaaa", "")
                + get.formatted(small, "Connection: close\r\n"));
    assertEquals(3, answers.split("HTTP/1.1 200", -1).length - 1, answers);
    assertTrue(answers.endsWith("one"), answers);
  }

  @Test
  void tooManyWaitingRequestsEndTheConnection() throws Exception {
    String answers = answer(("GET " + raw + " HTTP/1.1\r\nHost: x\r\n\r\n").repeat(MANY));
    assertTrue(answers.length() < 20 * bytes.length, "not all are answered");
  }

  @Test
  void oneAddressHasFewConnections() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        open.add(dial());
      }
      try (Socket fifth = dial()) {
        assertEquals("", all(fifth));
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void clientsThatGoMidwayLeaveNothing() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (Socket socket = dial()) {
        send(socket, "GET " + raw + " HTTP/1.1\r\nHost: x\r\n\r\n");
        socket.getInputStream().read(new byte[100 * i + 1]);
      }
    }
  }
}
