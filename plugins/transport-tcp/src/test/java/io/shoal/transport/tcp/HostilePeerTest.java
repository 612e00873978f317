package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.testkit.TestData;
import io.shoal.wire.Frame;
import io.shoal.wire.FrameCodec;
import io.shoal.wire.Nonce;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Peers that break the rules, on real sockets.
@Timeout(60)
class HostilePeerTest {
  private static final Cid CHUNK = TestData.cid(new byte[] {1});

  private static byte[] bytes(Frame frame) {
    ByteBuffer out = ByteBuffer.allocate(FrameCodec.sizeBytes(frame));
    FrameCodec.encode(frame, out);
    return out.array();
  }

  private static byte[] hello() {
    return bytes(new Frame.Hello(new Nonce(9, 9), 256, 0, "tcp", "hostile", List.of()));
  }

  private static Socket open(Nodes.Seed seed) throws IOException {
    URI uri = URI.create(seed.address().uri());
    return new Socket(uri.getHost(), uri.getPort());
  }

  /// Reads until the other side closes: a reset counts as closed.
  private static void awaitClosed(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    InputStream in = socket.getInputStream();
    byte[] sink = new byte[4096];
    try {
      int count;
      do {
        count = in.read(sink);
      } while (count >= 0);
    } catch (java.net.SocketException e) {
      return;
    }
  }

  @Test
  void garbageIsClosedAtItsFirstBytes() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of("handshakeTimeout", Duration.ofMinutes(1)));
      try (Socket socket = open(seed)) {
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        awaitClosed(socket);
      }
      assertTrue(seed.server().connected.isEmpty());
    }
  }

  @Test
  void aHelloThatNeverEndsIsClosedAtTheDeadline() throws Exception {
    for (String scheme : List.of("tcp", "tcps")) {
      try (Nodes nodes = new Nodes()) {
        Nodes.Seed seed = nodes.seed(scheme, Map.of("handshakeTimeout", Duration.ofMillis(300)));
        try (Socket socket = open(seed)) {
          socket.getOutputStream().write(hello(), 0, scheme.equals("tcp") ? 10 : 0);
          awaitClosed(socket);
        }
        assertTrue(seed.server().connected.isEmpty());
      }
    }
  }

  @Test
  void framesAgainstTheRulesCloseTheConnection() throws Exception {
    byte[][] attacks = {
      {0x7f, 0, 0, 0, 0x30}, // a message of 2 GiB
      {0, 0, 0, 1, 0x42, 0}, // a type that must be known
      bytes(new Frame.End(1)), // an answer to nothing
      bytes(new Frame.Taken(1)), // a message that was not sent
      hello(), // twice
    };
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      for (int i = 0; i < attacks.length; i++) {
        try (Socket socket = open(seed)) {
          socket.getOutputStream().write(hello());
          socket.getOutputStream().write(attacks[i]);
          awaitClosed(socket);
        }
        int ended = i + 1;
        Nodes.await("the node is notified", () -> seed.server().disconnected.size() == ended);
      }
    }
  }

  @Test
  void aFrameThatMayBeSkippedIsSkipped() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of());
      try (Socket socket = open(seed)) {
        socket.getOutputStream().write(hello());
        socket.getOutputStream().write(new byte[] {0, 0, 0, 3, (byte) 0x80, 1, 2, 3});
        socket.getOutputStream().write(bytes(new Frame.Message(5, new byte[2])));
        Nodes.await("the message behind it", () -> seed.server().messages.contains("5:2"));
      }
    }
  }

  @Test
  void dataWithoutCreditClosesTheConnection() throws Exception {
    try (Nodes nodes = new Nodes();
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> hostile =
          CompletableFuture.runAsync(
              () -> {
                try (Socket socket = listener.accept()) {
                  socket.getOutputStream().write(hello());
                  socket.getOutputStream().flush();
                  // The request has arrived once its frame, the second one, is here.
                  socket.getInputStream().readNBytes(hello().length + 40);
                  socket.getOutputStream().write(bytes(new Frame.Answer(1, 2_000_000)));
                  for (int i = 0; i < 5; i++) {
                    socket.getOutputStream().write(bytes(new Frame.Data(1, 30_000)));
                    socket.getOutputStream().write(new byte[30_000]);
                  }
                  awaitClosed(socket);
                } catch (java.net.SocketException e) {
                  // closed while it wrote, which is what should happen
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      TcpTransport leech = nodes.start("leech", Map.of("window", 65_536));
      PeerConnection connection =
          leech.connect(
              PeerAddress.of("tcp://127.0.0.1:" + listener.getLocalPort()), new TestServer());
      ChunkBody body = Nodes.fetch(connection, CHUNK);
      hostile.get();
      RefusedException e = assertThrows(RefusedException.class, () -> Nodes.readAll(body));
      assertEquals(new Refusal.Gone(), e.refusal());
      Nodes.await("closed", () -> !connection.isOpen());
    }
  }

  @Test
  void aPeerThatFallsSilentIsPingedAndThenGone() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of("idleTimeout", Duration.ofSeconds(1)));
      try (Socket socket = open(seed)) {
        socket.getOutputStream().write(hello());
        awaitClosed(socket);
        Nodes.await("the node is notified", () -> seed.server().disconnected.size() == 1);
      }
    }
  }

  @Test
  void idlePeersThatAnswerPingsStay() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcps", Map.of("idleTimeout", Duration.ofSeconds(1)));
      PeerConnection connection = nodes.dial(seed);
      long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
      Nodes.await("three timeouts passed", () -> System.nanoTime() > until);
      assertTrue(connection.isOpen());
    }
  }

  @Test
  void aPeerThatReadsNothingIsGoneAlthoughItSends() throws Exception {
    try (Nodes nodes = new Nodes()) {
      Nodes.Seed seed = nodes.seed("tcp", Map.of("idleTimeout", Duration.ofSeconds(1)));
      Cid cid = seed.server().put(TestData.bytes(1, 2 << 20));
      try (Socket socket = open(seed)) {
        socket.getOutputStream().write(hello());
        for (int id = 1; id <= 100; id++) {
          socket
              .getOutputStream()
              .write(bytes(new Frame.Request(id, 2 << 20, cid, java.util.Optional.empty())));
        }
        Nodes.await(
            "closed",
            () -> {
              try {
                socket.getOutputStream().write(new byte[] {0, 0, 0, 0, (byte) 0x80});
                return seed.server().disconnected.size() == 1;
              } catch (IOException e) {
                return seed.server().disconnected.size() == 1;
              }
            });
      }
      Nodes.await("all leases ended", () -> seed.server().open.get() == 0);
    }
  }
}
