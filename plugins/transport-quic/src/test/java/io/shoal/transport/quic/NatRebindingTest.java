package io.shoal.transport.quic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestChunkServer;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A router gives the dialling side another port, and the connection goes on.
@Timeout(60)
class NatRebindingTest {
  private static final int CHUNK_SIZE_BYTES = 1 << 20;
  private static final int ROUNDS = 3;

  @TempDir Path folder;
  private final QuicTransport seed = new QuicTransport();
  private final QuicTransport leech = new QuicTransport();
  private final TestChunkServer chunks = new TestChunkServer();
  private final TestChunkServer own = new TestChunkServer();
  private TestContext seedContext;
  private TestContext leechContext;
  private UdpRelay router;
  private PeerConnection connection;

  @BeforeEach
  void connectThroughTheRouter() throws Exception {
    seedContext = TestContext.in(folder.resolve("seed")).with("listen", "127.0.0.1:0");
    leechContext = TestContext.in(folder.resolve("leech")).with("listen", "127.0.0.1:0");
    seed.start(seedContext);
    leech.start(leechContext);
    int port =
        seed.listen(Set.of("quic"), chunks, _ -> {})
            .endpoints()
            .getFirst()
            .address()
            .port()
            .getAsInt();
    router = new UdpRelay(port);
    connection = leech.connect(PeerAddress.of("quic://127.0.0.1:" + router.port()), own);
  }

  @AfterEach
  void end() throws Exception {
    leech.close();
    seed.close();
    router.close();
    leechContext.close();
    seedContext.close();
  }

  private static byte[] fetch(PeerConnection from, Cid cid) throws Exception {
    ByteBuffer into = ByteBuffer.allocate(CHUNK_SIZE_BYTES);
    try (ChunkBody body = from.fetch(ChunkRequest.of(cid))) {
      while (into.hasRemaining()) {
        assertTrue(body.read(into) > 0, "the chunk ends early");
      }
    }
    return into.array();
  }

  /// As most routers do it: they forget a port that was idle.
  @Test
  void aConnectionThatWasIdleGoesOnFromItsNewPort() throws Exception {
    byte[] bytes = TestData.bytes(1, CHUNK_SIZE_BYTES);
    Cid cid = chunks.serve(bytes);
    for (int round = 0; round < ROUNDS; round++) {
      assertArrayEquals(bytes, fetch(connection, cid));
      router.rebind();
    }
    assertArrayEquals(bytes, fetch(connection, cid));
    assertTrue(connection.isOpen());
    assertEquals(1, chunks.connected().size(), "it is still the first connection");
  }

  @Test
  void theSideThatWasDialledFetchesFromTheNewPort() throws Exception {
    byte[] bytes = TestData.bytes(3, CHUNK_SIZE_BYTES);
    Cid cid = own.serve(bytes);
    PeerConnection inbound = chunks.connected().getFirst();
    for (int round = 0; round < ROUNDS; round++) {
      router.rebind();
      int heard = round + 1;
      // The side behind the router is heard from its new port with whatever it says.
      connection.send(1, ByteBuffer.allocate(8));
      Await.until("it is heard", () -> chunks.messages().size() == heard);
      assertArrayEquals(bytes, fetch(inbound, cid));
    }
  }
}
