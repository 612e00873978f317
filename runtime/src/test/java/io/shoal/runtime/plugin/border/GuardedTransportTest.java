package io.shoal.runtime.plugin.border;

import static io.shoal.runtime.plugin.border.OneLine.assertNames;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.ServeAnswer;
import io.shoal.api.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the node sees of a transport that breaks its contract.
@Timeout(60)
class GuardedTransportTest {
  private static final Cid CID = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
  private static final ChunkRequest REQUEST = new ChunkRequest(CID, Optional.empty());
  private static final PeerAddress PEER = PeerAddress.of("odd://192.0.2.1:4600");
  private static final RemotePeer REMOTE = RemotePeer.at(PEER).build();

  private final Server server = new Server();
  private final Odd plugin = new Odd();
  private final Transport transport =
      (Transport) new PluginBorder(new CallDeadlines(() -> 0)).around("transport-odd", plugin);

  /// What a connection does when it is asked for a chunk.
  private enum Fault {
    NONE,
    FETCH,
    SIZE,
    READ,
    OPEN
  }

  /// Two of them with the same parts are equal, as a record is.
  private record Connection(RemotePeer remote, Fault faulty, AtomicInteger closes)
      implements PeerConnection {

    private void failIf(Fault now) {
      if (faulty == now) {
        throw new IllegalArgumentException("bug in " + now);
      }
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) {
      failIf(Fault.FETCH);
      return new ChunkBody() {
        @Override
        public int awaitSize() {
          failIf(Fault.SIZE);
          return 1;
        }

        @Override
        public int read(ByteBuffer into) {
          failIf(Fault.READ);
          into.put((byte) 7);
          return 1;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public boolean isOpen() {
      failIf(Fault.OPEN);
      return closes.get() == 0;
    }

    @Override
    public void close() {
      closes.incrementAndGet();
    }
  }

  private static final class Odd implements Transport {
    final AtomicInteger closes = new AtomicInteger();
    Fault fault = Fault.NONE;
    boolean cannotConnect;
    boolean wraps;
    PeerConnection last = new Connection(REMOTE, Fault.NONE, closes);
    ChunkServer server = ChunkServer.NOTHING;

    @Override
    public Set<Scheme> schemes() {
      return Set.of(Scheme.of("odd"));
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer toServer, Consumer<List<Endpoint>> changed) {
      throw new UnsupportedOperationException();
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer toServer) {
      if (cannotConnect) {
        throw new NoSuchMethodError("gone()");
      }
      last = new Connection(REMOTE, fault, closes);
      server = toServer;
      toServer.connected(last);
      return wraps ? new Connection(REMOTE, fault, closes) : last;
    }
  }

  private static final class Server implements ChunkServer {
    final List<PeerConnection> connected = new ArrayList<>();
    final List<PeerConnection> disconnected = new ArrayList<>();
    final List<PeerConnection> asked = new ArrayList<>();

    @Override
    public void connected(PeerConnection connection) {
      connected.add(connection);
    }

    @Override
    public void disconnected(PeerConnection connection) {
      disconnected.add(connection);
    }

    @Override
    public ServeAnswer request(PeerConnection from, ChunkRequest request) {
      asked.add(from);
      return new ServeAnswer.Refuse(new Refusal.Denied());
    }

    @Override
    public PeerConnection.Watch watch(
        PeerConnection from, Cid root, PeerConnection.AvailabilityListener listener) {
      return () -> {};
    }

    @Override
    public void message(PeerConnection from, int type, ByteBuffer bytes) {
      asked.add(from);
    }
  }

  @Test
  void aDialThatBreaksTheContractNamesPluginAndMethod() {
    plugin.cannotConnect = true;
    assertNames(
        assertThrows(PeerUnreachableException.class, () -> transport.connect(PEER, server)),
        "transport-odd",
        "connect",
        "NoSuchMethodError: gone()");
  }

  @Test
  void equalConnectionsAreToldApartAndEachIsTheOneThatTheServerGot() throws Exception {
    PeerConnection first = transport.connect(PEER, server);
    PeerConnection inside = plugin.last;
    PeerConnection second = transport.connect(PEER, server);
    assertEquals(inside, plugin.last);
    assertNotSame(first, second);
    assertSame(first, server.connected.get(0));
    assertSame(second, server.connected.get(1));
    var _ = plugin.server.request(inside, REQUEST);
    assertSame(first, server.asked.getFirst());
    plugin.server.disconnected(inside);
    assertSame(first, server.disconnected.getFirst());
    assertEquals(1, server.disconnected.size());
  }

  @Test
  void aConnectionThatIsWrappedOnTheWayOutIsNotTheOneThatTheServerGot() throws Exception {
    plugin.wraps = true;
    assertNotSame(transport.connect(PEER, server), server.connected.getFirst());
  }

  @Test
  void callsOfTheServerOutsideOfAConnectionsLifeDoNothing() throws Exception {
    var _ = transport.connect(PEER, server);
    plugin.server.disconnected(plugin.last);
    plugin.server.disconnected(plugin.last);
    ServeAnswer late = plugin.server.request(plugin.last, REQUEST);
    assertEquals(new ServeAnswer.Refuse(new Refusal.NotHeld()), late);
    plugin.server.message(plugin.last, 1, ByteBuffer.allocate(1));
    assertEquals(1, server.disconnected.size());
    assertEquals(List.of(), server.asked);
  }

  @Test
  void aConnectionThatFailsInARequestIsClosed() throws Exception {
    plugin.fault = Fault.FETCH;
    PeerConnection connection = transport.connect(PEER, server);
    assertNames(
        assertThrows(PeerUnreachableException.class, () -> connection.fetch(REQUEST)),
        "transport-odd",
        "PeerConnection.fetch",
        "bug in FETCH");
    assertFalse(connection.isOpen());
    assertEquals(1, plugin.closes.get());
  }

  @Test
  void aBodyThatFailsEndsAsOneWhoseConnectionIsGone() throws Exception {
    for (Fault fault : List.of(Fault.SIZE, Fault.READ)) {
      plugin.fault = fault;
      PeerConnection connection = transport.connect(PEER, server);
      try (ChunkBody body = connection.fetch(REQUEST)) {
        RefusedException end =
            assertThrows(
                RefusedException.class,
                () -> {
                  var _ = body.awaitSize();
                  var _ = body.read(ByteBuffer.allocate(1));
                });
        assertEquals(new Refusal.Gone(), end.refusal());
      }
      assertFalse(connection.isOpen());
    }
  }

  @Test
  void aConnectionThatCannotSayWhetherItIsOpenIsNot() throws Exception {
    plugin.fault = Fault.OPEN;
    assertFalse(transport.connect(PEER, server).isOpen());
  }

  @Test
  void nothingIsCalledAfterTheEnd() throws Exception {
    PeerConnection connection = transport.connect(PEER, server);
    ChunkBody body = connection.fetch(REQUEST);
    transport.close();
    assertFalse(connection.isOpen());
    connection.close();
    assertEquals(0, plugin.closes.get());
    assertThrows(PeerUnreachableException.class, () -> connection.fetch(REQUEST));
    assertThrows(RefusedException.class, () -> body.read(ByteBuffer.allocate(1)));
    assertThrows(PeerUnreachableException.class, () -> transport.connect(PEER, server));
  }
}
