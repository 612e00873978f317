package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.Transport;
import io.shoal.runtime.access.Access;
import io.shoal.runtime.access.AccessGate;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.testing.FixedListener;
import io.shoal.runtime.testing.TestSchemes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A network of addresses that exist nowhere, so that a test can have peers out there.
@Timeout(30)
class DialBackTest {
  private static final PeerId SELF = PeerId.ofEd25519(new byte[32]);
  private static final SchemeTraits TRAITS =
      new SchemeTraits(List.of(TestSchemes.TCPS, TestSchemes.HTTP));
  private static final List<PeerAddress> ENDPOINTS = List.of(PeerAddress.of("tcps://0.0.0.0:4600"));

  private final Set<String> answering = ConcurrentHashMap.newKeySet();
  private final LinkedBlockingQueue<String> dialled = new LinkedBlockingQueue<>();
  private final AtomicLong now = new AtomicLong();
  private final PeerBook book = new PeerBook(now::get);
  private final Connections connections = new Connections(10, book, TRAITS, System::nanoTime);
  private final Net net = new Net();
  private final Dialler dialler =
      new Dialler(
          Map.of("tcps", net, "http", net),
          SELF,
          connections,
          book,
          new AccessGate(new Access.Open(), SELF, () -> 0),
          System::nanoTime);
  private final DialBack dialBack = new DialBack(connections, dialler, now::get);

  private record Message(int type, ByteBuffer bytes) {}

  private static final class Peer implements PeerConnection {
    private final RemotePeer remote;
    private final LinkedBlockingQueue<Message> heard = new LinkedBlockingQueue<>();

    Peer(RemotePeer remote) {
      this.remote = remote;
    }

    @Override
    public RemotePeer remote() {
      return remote;
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
      throw new PeerUnreachableException("nothing is fetched here");
    }

    @Override
    public Watch watch(Cid root, AvailabilityListener listener) {
      return () -> {};
    }

    @Override
    public void send(int type, ByteBuffer bytes) {
      heard.add(new Message(type, bytes));
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private final class Net implements Transport {
    @Override
    public void start(PluginContext context) {}

    @Override
    public Set<Scheme> schemes() {
      return Set.of(TestSchemes.TCPS);
    }

    @Override
    public Listener listen(
        Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed) {
      return new FixedListener(ENDPOINTS.stream().map(Endpoint::of).toList());
    }

    @Override
    public PeerConnection connect(PeerAddress address, ChunkServer server)
        throws PeerUnreachableException {
      dialled.add(address.uri());
      if (!answering.contains(address.uri())) {
        throw new PeerUnreachableException(address + ": nobody answers");
      }
      return peer(address.uri(), Optional.empty(), true);
    }

    @Override
    public void close() {}
  }

  private static Peer peer(String uri, Optional<String> listens, boolean outbound) {
    return new Peer(
        new RemotePeer(
            PeerAddress.of(uri), listens.map(PeerAddress::of), Optional.empty(), "test", outbound));
  }

  /// A peer that this node connected to, as it reports after a question that it could not connect.
  private void deniedBy(String uri) throws InterruptedException {
    Peer peer = peer(uri, Optional.empty(), true);
    connections.connected(peer);
    dialBack.round();
    assertEquals(MessageTypes.DIAL_BACK_QUESTION, peer.heard.take().type());
    dialBack.answered(peer, ByteBuffer.wrap(new byte[] {0}));
    connections.disconnected(peer);
  }

  @Test
  void aNodeThatIsNotReachedSaysSoWithItsPort() throws Exception {
    deniedBy("tcps://198.51.100.1:4600");
    assertEquals(Optional.empty(), dialBack.advice(ENDPOINTS));
    deniedBy("tcps://203.0.113.1:4600");
    assertTrue(dialBack.advice(ENDPOINTS).orElseThrow().contains("tcps://0.0.0.0:4600"));
    assertEquals(Optional.empty(), dialBack.advice(List.of()), "it does not listen");

    dialBack.connected(peer("tcps://198.51.100.9:50000", Optional.empty(), false));
    assertEquals(Optional.empty(), dialBack.advice(ENDPOINTS));
  }

  @Test
  void nearPeersAreNeitherAskedNorAnswered() {
    for (String uri : List.of("tcps://127.0.0.1:4600", "tcps://192.168.1.2:4600")) {
      Peer near = peer(uri, Optional.empty(), true);
      connections.connected(near);
      dialBack.round();
      dialBack.answered(near, ByteBuffer.wrap(new byte[] {0}));
      Peer asker = peer(uri, Optional.of(uri), false);
      dialBack.asked(asker);
      assertTrue(near.heard.isEmpty());
    }
    assertEquals(Optional.empty(), dialBack.advice(ENDPOINTS));
    assertTrue(dialled.isEmpty());
  }

  @Test
  void anAskerIsDialledWhereItIsSeenAndAnswered() throws Exception {
    answering.add("tcps://198.51.100.1:4600");
    Peer reachable =
        peer("tcps://198.51.100.1:50001", Optional.of("tcps://198.51.100.1:4600"), false);
    dialBack.asked(reachable);
    Message yes = reachable.heard.take();
    assertEquals(MessageTypes.DIAL_BACK_ANSWER, yes.type());
    assertEquals(1, yes.bytes().get());
    assertEquals("tcps://198.51.100.1:4600", dialled.take());

    Peer hidden = peer("tcps://203.0.113.1:50001", Optional.of("tcps://203.0.113.1:4600"), false);
    dialBack.asked(hidden);
    assertEquals(0, hidden.heard.take().bytes().get());
    assertEquals("tcps://203.0.113.1:4600", dialled.take());
  }

  @Test
  void noPeerMakesThisNodeDialElsewhereOrOften() throws Exception {
    dialBack.asked(
        peer("tcps://198.51.100.1:50001", Optional.of("tcps://203.0.113.9:4600"), false));
    dialBack.asked(peer("tcps://198.51.100.2:50001", Optional.of("tcps://198.51.100.2:22"), false));
    dialBack.asked(peer("tcps://198.51.100.3:4600", Optional.of("tcps://198.51.100.3:4600"), true));
    dialBack.asked(peer("tcps://198.51.100.4:50001", Optional.empty(), false));
    Peer often = peer("tcps://198.51.100.5:50001", Optional.of("tcps://198.51.100.5:4600"), false);
    dialBack.asked(often);
    assertEquals(0, often.heard.take().bytes().get());
    dialBack.asked(often);
    dialBack.asked(
        peer("tcps://198.51.100.5:50002", Optional.of("tcps://198.51.100.5:4601"), false));

    assertEquals("tcps://198.51.100.5:4600", dialled.take());
    assertNull(dialled.poll(50, TimeUnit.MILLISECONDS));
  }

  @Test
  void malformedAnswersAreIgnored() throws Exception {
    Peer peer = peer("tcps://198.51.100.1:4600", Optional.empty(), true);
    for (byte[] noise : List.of(new byte[0], new byte[] {2}, new byte[] {0, 0})) {
      dialBack.answered(peer, ByteBuffer.wrap(noise));
    }
    deniedBy("tcps://203.0.113.1:4600");
    assertEquals(Optional.empty(), dialBack.advice(ENDPOINTS));
  }

  /// A scheme without messages carries neither question nor answer, and its connections may be made
  /// without a peer.
  @Test
  void overASchemeWithoutMessagesNothingIsAskedOrTried() throws Exception {
    Peer gateway = peer("http://198.51.100.1:8080", Optional.empty(), true);
    connections.connected(gateway);
    dialBack.round();
    assertTrue(gateway.heard.isEmpty());

    answering.add("http://198.51.100.1:8080");
    assertEquals(Optional.empty(), dialler.answers(PeerAddress.of("http://198.51.100.1:8080")));
    assertTrue(dialled.isEmpty());
  }
}
