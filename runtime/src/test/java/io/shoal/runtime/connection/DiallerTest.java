package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.RemotePeer;
import io.shoal.api.RetryableException;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.testing.FixedListener;
import io.shoal.runtime.testing.SilentConnection;
import io.shoal.runtime.testing.TestSchemes;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DiallerTest {
  private static final PeerId SELF = PeerId.ofEd25519(new byte[32]);
  private static final SchemeTraits TRAITS = new SchemeTraits(List.of(TestSchemes.TCPS));
  private static final PeerAddress THERE = PeerAddress.of("tcps://192.0.2.1:4600");
  private static final PeerAddress ELSEWHERE = PeerAddress.of("tcps://192.0.2.2:4600");

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final AtomicInteger dials = new AtomicInteger();
  private final PeerBook book = new PeerBook(now::get);
  private final Connections connections = new Connections(1, book, TRAITS, now::get);
  private final Net net = new Net();
  private final Dialler dialler =
      new Dialler(
          Map.of("tcps", net),
          SELF,
          connections,
          book,
          new AccessGate(new Access.Open(), SELF, now::get),
          now::get);

  private interface Dialling {
    void run() throws ShoalException;
  }

  /// Every address answers, unless a test says otherwise.
  private final class Net implements Transport {
    private Dialling whileDialling = () -> {};
    private UnaryOperator<PeerConnection> wrapping = connection -> connection;

    @Override
    public void start(PluginContext context) {}

    @Override
    public Set<Scheme> schemes() {
      return Set.of(TestSchemes.TCPS);
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed) {
      return FixedListener.at();
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
      dials.incrementAndGet();
      whileDialling.run();
      PeerConnection connection =
          new SilentConnection(
              new RemotePeer(address, Optional.empty(), Optional.empty(), "test", true));
      connections.connected(connection);
      return wrapping.apply(connection);
    }

    @Override
    public void close() {}
  }

  private PeerConnection connect(PeerAddress address) throws ShoalException, InterruptedException {
    return dialler.connect(address, ChunkServer.NOTHING);
  }

  @Test
  void anOpenConnectionIsShared() throws Exception {
    PeerConnection first = connect(THERE);

    assertSame(first, connect(THERE));
    assertEquals(1, dials.get());
  }

  @Test
  void anAddressIsNotDialledTwiceAtOnce() throws Exception {
    net.whileDialling =
        () ->
            assertThrows(
                PeerUnreachableException.class, () -> connect(THERE), "while it is dialled");

    connect(THERE);

    assertEquals(1, dials.get());
  }

  @Test
  void aFullNodeDialsOnlyBetterPeers() throws Exception {
    PeerConnection first = connect(THERE);
    connections.release(first);
    assertThrows(PeerUnreachableException.class, () -> connect(ELSEWHERE));
    assertEquals(1, dials.get());
    book.received(
        new RemotePeer(ELSEWHERE, Optional.empty(), Optional.empty(), "test", true), 10 << 20);

    connect(ELSEWHERE);

    assertFalse(first.isOpen());
  }

  @Test
  void anAddressWithoutAnAnswerWaits() {
    net.whileDialling =
        () -> {
          throw new PeerUnreachableException("no answer");
        };

    assertThrows(PeerUnreachableException.class, () -> connect(THERE));

    assertFalse(dialler.worthDialling(THERE, false));
    now.addAndGet(60_000);
    assertTrue(dialler.worthDialling(THERE, false));
  }

  @Test
  void ownAddressesAndOtherSchemesAreNotDialled() {
    dialler.ownEndpoints(List.of(THERE), ip -> false);

    assertFalse(dialler.worthDialling(THERE, true));
    assertFalse(dialler.worthDialling(ELSEWHERE.withPeerId(SELF), true));
    assertTrue(dialler.worthDialling(ELSEWHERE, true));
    assertThrows(UserFaultException.class, () -> connect(PeerAddress.of("quic://192.0.2.1:4600")));
  }

  private String refusal(PeerAddress address) {
    return String.valueOf(
        assertThrows(UserFaultException.class, () -> dialler.requirePossible(address))
            .getMessage());
  }

  @Test
  void everyAddressOfThisMachineIsOwnWhereTheNodeListensAtAll() {
    InetAddress here = InetAddress.ofLiteral("192.0.2.1");
    dialler.ownEndpoints(
        List.of(PeerAddress.of("tcps://0.0.0.0:4600")),
        ip -> ip.isLoopbackAddress() || ip.equals(here));

    for (String own :
        List.of(
            "192.0.2.1", "127.0.0.1", "127.9.9.9", "localhost", "[::1]", "[::ffff:127.0.0.1]")) {
      PeerAddress address = PeerAddress.of("tcps://" + own + ":4600");
      assertFalse(dialler.worthDialling(address, true), own);
      assertTrue(refusal(address).contains("is this node itself"), own);
    }
    assertTrue(dialler.worthDialling(ELSEWHERE, true));
    assertTrue(dialler.worthDialling(PeerAddress.of("tcps://192.0.2.1:4601"), true));
  }

  @Test
  void anAddressThatCanNeverWorkIsRefusedWithTheReason() throws Exception {
    dialler.explain(Map.of("tcp", "it does not encrypt, and tls is required"));

    assertTrue(refusal(PeerAddress.of("tcp://192.0.2.1:1")).contains("it does not encrypt"));
    assertTrue(refusal(PeerAddress.of("quic://192.0.2.1:1")).contains("expected tcps"));
    assertTrue(refusal(ELSEWHERE.withPeerId(SELF)).contains("identity of this node"));
    for (String nowhere : List.of("0.0.0.0", "[::]", "255.255.255.255", "224.0.0.1")) {
      assertTrue(
          refusal(PeerAddress.of("tcps://" + nowhere + ":4600")).contains("of no machine"),
          nowhere);
    }
    dialler.requirePossible(THERE);
  }

  @Test
  void whatThisMachineLacksIsNotBlamedOnThePeer() throws Exception {
    net.whileDialling =
        () -> {
          throw new RetryableException("this machine has no free port");
        };
    for (int i = 0; i < 20; i++) {
      assertThrows(RetryableException.class, () -> connect(THERE));
    }
    assertEquals(book.score(ELSEWHERE), book.score(THERE));
    assertFalse(dialler.worthDialling(THERE, false));
    now.addAndGet(1_000);
    assertTrue(dialler.worthDialling(THERE, false));
  }

  @Test
  void aLookTakesNothingFromWhatDownloadsMayDial() throws Exception {
    Dialler look = dialler.lookout();
    net.whileDialling =
        () -> {
          throw new PeerUnreachableException("no answer");
        };
    boolean more = true;
    for (int i = 0; i < 100 && more; i++) {
      more = look.takeTurn(THERE);
      assertThrows(PeerUnreachableException.class, () -> look.connect(THERE, ChunkServer.NOTHING));
    }
    assertFalse(more, "a look has limits of its own");
    assertFalse(dialler.lookout().takeTurn(THERE));
    assertTrue(dialler.takeTurn(THERE));
    assertTrue(dialler.worthDialling(THERE, false));
    net.whileDialling =
        () -> {
          throw new RetryableException("this machine has no free port");
        };
    assertThrows(RetryableException.class, () -> look.connect(THERE, ChunkServer.NOTHING));
    assertTrue(dialler.worthDialling(THERE, false), "nor is a lack of this machine noted");
  }

  @Test
  void aLookKnowsWhatTheNodeLearnsLater() {
    Dialler look = dialler.lookout();
    dialler.ownEndpoints(List.of(THERE), ip -> false);
    dialler.explain(Map.of("tcp", "it does not encrypt, and tls is required"));

    assertTrue(look.isSelf(THERE));
    UserFaultException refused =
        assertThrows(
            UserFaultException.class,
            () -> look.requirePossible(PeerAddress.of("tcp://192.0.2.1:1")));
    assertTrue(refused.getMessage().contains("it does not encrypt"), refused::getMessage);
  }

  /// Such a connection would never be found again, and never be closed.
  @Test
  void anotherObjectThanConnectedWasGivenIsAFaultOfThePlugin() {
    PeerConnection wrapped = new SilentConnection(RemotePeer.at(THERE).outbound(true).build());
    net.wrapping = connection -> wrapped;

    PeerUnreachableException fault =
        assertThrows(PeerUnreachableException.class, () -> connect(THERE));

    assertTrue(String.valueOf(fault.getMessage()).contains("ChunkServer.connected"));
    assertFalse(wrapped.isOpen());
  }

  @Test
  void aSchemeWhoseTransportFailedIsDialledNoMore() {
    dialler.giveUp(Set.of("tcps"));

    assertFalse(dialler.worthDialling(THERE, true));
    assertThrows(UserFaultException.class, () -> connect(THERE));
    assertEquals(Set.of(), dialler.schemes());
  }
}
