package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.testkit.TestData;
import io.shoal.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Attacks on the encrypted scheme, on real sockets.
@Timeout(120)
class HostileTlsTest {
  private static final int FUZZED = Boolean.getBoolean("shoal.full") ? 20_000 : 200;

  private final Nodes nodes = new Nodes();

  @AfterEach
  void end() throws InterruptedException {
    nodes.close();
  }

  @Test
  void garbageInsteadOfTlsIsClosed() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    try (HostileSocket peer = HostileSocket.open(seed)) {
      peer.write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      Socket raw = peer.raw();
      assertTrue(raw.getInputStream().readAllBytes().length < 100, "at most a TLS alert");
    } catch (java.net.SocketException e) {
      // reset, which is closed as well
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void anotherApplicationProtocolFailsTheHandshake() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    assertThrows(
        SSLException.class, () -> HostileSocket.openTls(seed, "other", "h2").awaitClosed());
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void silenceAfterTlsIsClosedAtTheDeadline() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of("handshakeTimeout", Duration.ofSeconds(3)));
    try (HostileSocket peer = HostileSocket.openTls(seed, "other", "shoal/1")) {
      peer.awaitClosed();
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void garbageAfterTlsIsClosedAtItsFirstBytes() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    try (HostileSocket peer = HostileSocket.openTls(seed, "other", "shoal/1")) {
      peer.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
      peer.awaitClosed();
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void aHelloForTheOtherSchemeIsRefused() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    try (HostileSocket peer = HostileSocket.openTls(seed, "other", "shoal/1")) {
      peer.write(HostileSocket.hello("tcp"));
      peer.awaitClosed();
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void manySmallRecordsCostNoMoreMemoryThanFewLargeOnes() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    try (HostileSocket peer = HostileSocket.openTls(seed, "other", "shoal/1")) {
      peer.write(HostileSocket.hello("tcps"));
      byte[] message = HostileSocket.bytes(new Frame.Message(7, new byte[3_000]));
      for (byte one : message) {
        // A record of its own.
        peer.write(new byte[] {one});
      }
      Nodes.await("the message", () -> seed.server().messages.contains("7:3000"));
    }
    Nodes.await("nothing is held", () -> nodes.bufferedBytes() == 0);
  }

  @Test
  void recordedBytesOfAnotherConnectionAreWorthNothing() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", Map.of());
    Cid cid = seed.server().put(TestData.bytes(1, 100_000));
    URI target = URI.create(seed.address().uri());
    try (ServerSocket relay = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ByteArrayOutputStream recorded = new ByteArrayOutputStream();
      Thread relaying = Thread.ofVirtual().start(() -> relay(relay, target, recorded));
      PeerAddress address = PeerAddress.of("tcps://127.0.0.1:" + relay.getLocalPort());
      TcpTransport leech = nodes.start("leech", Map.of());
      try (PeerConnection connection = leech.connect(address, new TestServer())) {
        assertArrayEquals(TestData.bytes(1, 100_000), Nodes.readAll(Nodes.fetch(connection, cid)));
      }
      relaying.join();
      assertTrue(recorded.size() > 1_000, "recorded " + recorded.size());
      try (HostileSocket replayer = HostileSocket.open(seed)) {
        replayer.write(recorded.toByteArray());
        replayer.raw().getInputStream().readAllBytes();
      } catch (java.net.SocketException e) {
        // reset, which is closed as well
      }
    }
    assertEquals(1, seed.server().connected.size());
  }

  private static void relay(ServerSocket relay, URI target, OutputStream recorded) {
    try (Socket near = relay.accept();
        Socket far = new Socket(target.getHost(), target.getPort())) {
      Thread back =
          Thread.ofVirtual().start(() -> copy(far, near, OutputStream.nullOutputStream()));
      copy(near, far, recorded);
      back.join();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(Socket from, Socket to, OutputStream recorded) {
    byte[] bytes = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        recorded.write(bytes, 0, count);
        to.getOutputStream().write(bytes, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // the other side closed
    }
  }

  @Test
  void anyBytesAtEitherSocketLeaveTheNodeAsItWas() throws Exception {
    for (String scheme : new String[] {"tcp", "tcps"}) {
      Nodes.Seed seed = nodes.seed(scheme, Map.of());
      Cid cid = seed.server().put(TestData.bytes(2, 50_000));
      byte[] opening = scheme.equals("tcp") ? plainOpening(cid) : clientHello();
      Random random = new Random(6);
      for (int i = 0; i < FUZZED; i++) {
        try (HostileSocket peer = HostileSocket.open(seed)) {
          peer.write(damaged(random, opening));
          peer.endOutput();
          peer.raw().getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
          // reset: the node did not want it
        }
      }
      PeerConnection good = nodes.dial(seed);
      assertArrayEquals(TestData.bytes(2, 50_000), Nodes.readAll(Nodes.fetch(good, cid)));
      Nodes.await(
          "all others are gone",
          () -> seed.server().disconnected.size() == seed.server().connected.size() - 1);
    }
  }

  private static byte[] plainOpening(Cid cid) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HostileSocket.hello("tcp"));
    out.writeBytes(HostileSocket.bytes(new Frame.Watch(1, cid)));
    out.writeBytes(
        HostileSocket.bytes(new Frame.Request(1, 70_000, cid, java.util.Optional.empty())));
    out.writeBytes(HostileSocket.bytes(new Frame.Message(3, new byte[10])));
    return out.toByteArray();
  }

  /// What a real client says first.
  private byte[] clientHello() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread client =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      nodes
                          .start("leech", Map.of())
                          .connect(
                              PeerAddress.of("tcps://127.0.0.1:" + listener.getLocalPort()),
                              new TestServer());
                    } catch (Exception e) {
                      // no peer answers, which is intended
                    }
                  });
      byte[] first;
      try (Socket socket = listener.accept()) {
        InputStream in = socket.getInputStream();
        byte[] head = in.readNBytes(5);
        byte[] body = in.readNBytes((head[3] & 0xff) << 8 | head[4] & 0xff);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head);
        all.writeBytes(body);
        first = all.toByteArray();
      }
      client.join();
      return first;
    }
  }

  private static byte[] damaged(Random random, byte[] from) {
    if (random.nextInt(8) == 0) {
      byte[] noise = new byte[random.nextInt(2_000)];
      random.nextBytes(noise);
      return noise;
    }
    byte[] bytes = from.clone();
    for (int changes = random.nextInt(5); changes > 0; changes--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length))
        : bytes;
  }
}
