package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.ServeAnswer;
import io.shoal.testkit.TestData;
import io.shoal.wire.Frame;
import io.shoal.wire.WireLimits;
import io.shoal.wire.admission.PendingHandshakes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Peers that send more than they may, or for longer, on real sockets.
@Timeout(120)
class HostileFloodTest {
  private static final Cid CHUNK = TestData.cid(new byte[] {1});
  private static final Map<String, Object> BRIEF =
      Map.of("handshakeTimeout", Duration.ofMillis(500));

  private final Nodes nodes = new Nodes();
  private final CountDownLatch stuck = new CountDownLatch(1);

  @AfterEach
  void end() throws InterruptedException {
    stuck.countDown();
    nodes.close();
  }

  /// A node whose every call waits.
  private final class Stuck extends TestServer {
    final AtomicInteger most = new AtomicInteger();

    @Override
    public ServeAnswer request(PeerConnection from, ChunkRequest request)
        throws InterruptedException {
      most.accumulateAndGet(inRequest.incrementAndGet(), Math::max);
      try {
        stuck.await();
        return new ServeAnswer.Refuse(new Refusal.NotHeld());
      } finally {
        inRequest.decrementAndGet();
      }
    }

    @Override
    public PeerConnection.Watch watch(
        PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
      await();
      return () -> {};
    }

    @Override
    public void message(PeerConnection from, int type, ByteBuffer bytes) {
      await();
    }

    private void await() {
      try {
        stuck.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Nodes.Seed stuckSeed(Stuck server) throws Exception {
    TcpTransport transport = nodes.start("seed", Map.of());
    return new Nodes.Seed(transport, server, Nodes.listen(transport, "tcp", server));
  }

  private static Frame request(int id) {
    return new Frame.Request(id, 1 << 20, CHUNK, Optional.empty());
  }

  @Test
  void oneRequestTooManyEndsTheConnection() throws Exception {
    Stuck server = new Stuck();
    try (HostileSocket peer = HostileSocket.open(stuckSeed(server))) {
      peer.write(HostileSocket.hello("tcp"));
      for (int id = 1; id <= WireLimits.MAX_REQUESTS + 1; id++) {
        peer.send(request(id));
      }
      String why = peer.awaitClosed();
      assertTrue(why.contains("more than " + WireLimits.MAX_REQUESTS + " requests"), why);
    }
    assertTrue(server.most.get() <= WireLimits.MAX_REQUESTS);
  }

  @Test
  void aFloodOfCancelledRequestsNeverRunsMoreThanTheLimit() throws Exception {
    Stuck server = new Stuck();
    try (HostileSocket peer = HostileSocket.open(stuckSeed(server))) {
      peer.write(HostileSocket.hello("tcp"));
      for (int id = 1; id <= 5_000; id++) {
        peer.send(request(id));
        peer.send(new Frame.Cancel(id));
        Frame end = peer.next().orElseThrow();
        while (!(end instanceof Frame.Refuse)) {
          end = peer.next().orElseThrow();
        }
      }
      Nodes.await("all were interrupted", () -> server.inRequest.get() == 0);
    }
    assertTrue(server.most.get() <= WireLimits.MAX_REQUESTS);
  }

  @Test
  void oneWatchTooManyEndsTheConnection() throws Exception {
    try (HostileSocket peer = HostileSocket.open(nodes.seed("tcp", Map.of()))) {
      peer.write(HostileSocket.hello("tcp"));
      for (int id = 1; id <= WireLimits.MAX_WATCHES + 1; id++) {
        peer.send(new Frame.Watch(id, CHUNK));
      }
      String why = peer.awaitClosed();
      assertTrue(why.contains("more than " + WireLimits.MAX_WATCHES + " watches"), why);
    }
  }

  @Test
  void watchesThatBeginAndEndFasterThanTheyRunEndTheConnection() throws Exception {
    try (HostileSocket peer = HostileSocket.open(stuckSeed(new Stuck()))) {
      peer.write(HostileSocket.hello("tcp"));
      for (int id = 1; id <= WireLimits.MAX_WATCHES + 1; id++) {
        peer.send(new Frame.Watch(id, CHUNK));
        peer.send(new Frame.Unwatch(id));
      }
      String why = peer.awaitClosed();
      assertTrue(why.isEmpty() || why.contains("faster than they run"), why);
    }
  }

  @Test
  void oneMessageTooManyEndsTheConnection() throws Exception {
    try (HostileSocket peer = HostileSocket.open(stuckSeed(new Stuck()))) {
      peer.write(HostileSocket.hello("tcp"));
      for (int i = 0; i <= WireLimits.MAX_MESSAGES_UNTAKEN; i++) {
        peer.send(new Frame.Message(1, new byte[32 * 1024]));
      }
      String why = peer.awaitClosed();
      assertTrue(why.isEmpty() || why.contains("64 messages ahead"), why);
    }
  }

  @Test
  void pingsWhoseAnswersAreNotReadEndTheConnection() throws Exception {
    try (HostileSocket peer = HostileSocket.open(nodes.seed("tcp", Map.of()))) {
      peer.write(HostileSocket.hello("tcp"));
      byte[] pings = new byte[13 * 1_000];
      for (int i = 0; i < 1_000; i++) {
        System.arraycopy(HostileSocket.bytes(new Frame.Ping(i)), 0, pings, i * 13, 13);
      }
      boolean closed = false;
      for (int i = 0; i < 20_000 && !closed; i++) {
        try {
          peer.write(pings);
        } catch (IOException e) {
          closed = true;
        }
      }
      assertTrue(closed);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "16", "17", "18", "19", "20", "21", "22", "32", "36", "37", "48"})
  void aFrameThatSaysToBeLongerThanItsTypeAllowsIsRefusedAtItsHead(byte type) throws Exception {
    try (HostileSocket peer = HostileSocket.open(nodes.seed("tcp", Map.of()))) {
      if (type != 1) {
        peer.write(HostileSocket.hello("tcp"));
      }
      peer.write(new byte[] {0x00, 0x10, 0x00, 0x00, type});
      String why = peer.awaitClosed();
      assertTrue(type == 1 || why.contains("1048576 bytes, which is not allowed"), why);
    }
    Nodes.await("nothing is held", () -> nodes.bufferedBytes() == 0);
  }

  @Test
  void aHelloByDripsIsClosedAtTheDeadline() throws Exception {
    Nodes.Seed seed = nodes.seed("tcp", BRIEF);
    try (HostileSocket peer = HostileSocket.open(seed)) {
      peer.write(new byte[] {0, 0, 0x0f, (byte) 0xff, 1});
      peer.trickleUntilClosed();
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void aTlsHandshakeByDripsIsClosedAtTheDeadline() throws Exception {
    Nodes.Seed seed = nodes.seed("tcps", BRIEF);
    try (HostileSocket peer = HostileSocket.open(seed)) {
      peer.write(new byte[] {0x16, 3, 1, 0x3f, (byte) 0xff, 1, 0, 0x3f, (byte) 0xfb});
      peer.trickleUntilClosed();
    }
    assertTrue(seed.server().connected.isEmpty());
  }

  @Test
  void aFrameByDripsIsClosedAfterSomeTimeoutsAlthoughThePeerIsNeverSilent() throws Exception {
    Nodes.Seed seed = nodes.seed("tcp", Map.of("idleTimeout", Duration.ofSeconds(1)));
    try (HostileSocket peer = HostileSocket.open(seed)) {
      peer.write(HostileSocket.hello("tcp"));
      peer.write(new byte[] {0, 0, 0x7f, (byte) 0xff, 0x30});
      peer.trickleUntilClosed();
    }
    Nodes.await("the node is notified", () -> seed.server().disconnected.size() == 1);
    assertTrue(seed.server().messages.isEmpty());
  }

  @Test
  void connectionsThatSayNothingTakeTheirPlacesOnlyUntilTheDeadline() throws Exception {
    Nodes.Seed seed =
        nodes.seed("tcps", Map.of("handshakeTimeout", Duration.ofSeconds(1), "maxConnections", 3));
    List<HostileSocket> silent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      silent.add(HostileSocket.open(seed));
    }
    TcpTransport good = nodes.start("leech", Map.of());
    Nodes.await(
        "room",
        () -> {
          try {
            return good.connect(seed.address(), new TestServer()).isOpen();
          } catch (Exception e) {
            return false;
          }
        });
    for (HostileSocket socket : silent) {
      assertEquals("", socket.awaitClosed());
      socket.close();
    }
  }

  /// They have all the time that they want.
  @ParameterizedTest
  @CsvSource({"tcp", "tcps"})
  void connectionsThatSayNothingKeepNoPeerOut(String scheme) throws Exception {
    Nodes.Seed seed = nodes.seed(scheme, Map.of("maxConnections", 3));
    List<HostileSocket> silent = new ArrayList<>();
    for (int i = 0; i < 2 * PendingHandshakes.MAX_PENDING; i++) {
      silent.add(HostileSocket.open(seed));
    }
    for (int i = 0; i < 3; i++) {
      assertTrue(nodes.dial(seed).isOpen());
    }
    assertThrows(PeerUnreachableException.class, () -> nodes.dial(seed));
    for (HostileSocket socket : silent) {
      socket.close();
    }
  }
}
