package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import io.shoal.runtime.peer.Reputation;
import io.shoal.runtime.testing.SilentConnection;
import io.shoal.runtime.testing.TestSchemes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final int MAX = 16;
  private static final SchemeTraits TRAITS = new SchemeTraits(List.of(TestSchemes.TCPS));
  private static final int MAX_INBOUND = MAX - MAX / 8;

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final PeerBook book = new PeerBook(now::get);
  private final Connections connections = new Connections(MAX, book, TRAITS, now::get);

  private static PeerId id(int n) {
    byte[] key = new byte[32];
    key[0] = (byte) n;
    return PeerId.ofEd25519(key);
  }

  private static final class Connection extends SilentConnection {
    private final Optional<String> fault;

    Connection(int peer, boolean outbound, Optional<String> fault) {
      super(
          new RemotePeer(
              PeerAddress.of("tcps://192.0.2." + peer + ":4600"),
              Optional.empty(),
              Optional.of(id(peer)),
              "test",
              outbound));
      this.fault = fault;
    }

    Connection(int peer, boolean outbound) {
      this(peer, outbound, Optional.empty());
    }

    @Override
    public Optional<String> fault() {
      return fault;
    }
  }

  private List<Connection> flood() {
    List<Connection> strangers = new ArrayList<>();
    for (int peer = 1; peer <= MAX_INBOUND; peer++) {
      Connection stranger = new Connection(peer, false);
      assertTrue(connections.connected(stranger));
      strangers.add(stranger);
    }
    return strangers;
  }

  @Test
  void incomingConnectionsLeaveRoomForOwnDials() {
    flood();
    assertFalse(connections.connected(new Connection(100, false)));
    assertTrue(connections.connected(new Connection(101, true)));
    assertTrue(connections.connected(new Connection(102, true)));
    assertFalse(connections.connected(new Connection(103, true)));
  }

  @Test
  void aPeerThatGaveTakesThePlaceOfTheWorstUnused() {
    List<Connection> strangers = flood();
    Connection bad = strangers.get(3);
    Connection worstButInUse = strangers.get(5);
    book.did(bad.remote(), Reputation.Penalty.LACKED);
    book.did(worstButInUse.remote(), Reputation.Penalty.BROKE_RULES);
    assertTrue(connections.retain(worstButInUse));
    Connection friend = new Connection(100, false);
    book.received(friend.remote(), 10 << 20);
    assertTrue(connections.connected(friend));
    assertFalse(bad.isOpen());
    assertEquals(1, strangers.stream().filter(stranger -> !stranger.isOpen()).count());
    assertEquals(MAX_INBOUND, connections.all().size());
  }

  @Test
  void breakingTheRulesCostsScoreAndNoBan() {
    Connection peer = new Connection(1, false, Optional.of("it greets twice"));
    assertTrue(connections.connected(peer));
    connections.disconnected(peer);
    assertEquals(25, book.score(peer.remote()), 1e-9);
    assertTrue(book.ban(peer.remote()).isEmpty());
    Connection other = new Connection(2, false);
    assertTrue(connections.connected(other));
    connections.disconnected(other);
    assertEquals(50, book.score(other.remote()), 1e-9);
  }

  @Test
  void aBannedPeerDoesNotStay() {
    Connection liar = new Connection(1, false);
    book.ban(liar.remote(), "wrong bytes");
    assertFalse(connections.connected(liar));
  }

  /// To a plugin that makes connections of records, two with one peer are equal.
  @Test
  void connectionsThatAreEqualAreToldApart() {
    record Plain(RemotePeer remote) implements PeerConnection {
      @Override
      public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
        throw new PeerUnreachableException("nothing is fetched here");
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    }
    RemotePeer peer = RemotePeer.at(PeerAddress.of("tcps://192.0.2.1:4600")).build();
    Plain one = new Plain(peer);
    Plain other = new Plain(peer);
    assertEquals(one, other);

    assertTrue(connections.connected(one));
    assertTrue(connections.connected(other));
    assertTrue(connections.retain(other));
    assertEquals(2, connections.all().size());
    connections.disconnected(one);

    assertFalse(connections.retain(one));
    assertTrue(connections.retain(other));
    assertEquals(1, connections.all().size());
    assertSame(other, connections.all().iterator().next());
  }

  /// Over a scheme in which only dialling sides ask, a peer that dialled cannot be asked.
  @Test
  void aConnectionOverWhichThisNodeMayNotAskIsNotGivenOut() {
    Connections oneWay =
        new Connections(
            MAX,
            book,
            new SchemeTraits(List.of(Scheme.of("tcps", Scheme.Trait.PROVES_BOTH))),
            now::get);
    Connection inbound = new Connection(1, false);
    assertTrue(oneWay.connected(inbound));
    PeerAddress address = PeerAddress.of("tcps://198.51.100.1:4600").withPeerId(id(1));
    assertEquals(Optional.empty(), oneWay.retain(address));

    Connection outbound = new Connection(1, true);
    assertTrue(oneWay.connected(outbound));
    assertSame(outbound, oneWay.retain(address).orElseThrow());
  }

  @Test
  void theReasonOfAnEndReachesTheTransport() {
    List<PeerConnection.Reason> reasons = new ArrayList<>();
    for (int peer = 1; peer <= 4; peer++) {
      PeerConnection connection =
          new SilentConnection(new Connection(peer, true).remote()) {
            @Override
            public void close(Reason reason) {
              reasons.add(reason);
              close();
            }
          };
      assertTrue(connections.connected(connection));
      switch (peer) {
        case 1 -> connections.brokeRules(connection, "it lied");
        case 2 -> connections.tooSlow(connection, "it sleeps");
        case 3 -> connections.closeAllOf(PeerKey.of(connection));
        default -> {}
      }
      if (peer < 4) {
        connections.disconnected(connection);
      }
    }
    connections.close();

    assertEquals(
        List.of(
            PeerConnection.Reason.FAULT,
            PeerConnection.Reason.IDLE,
            PeerConnection.Reason.FAULT,
            PeerConnection.Reason.STOPPING),
        reasons);
  }
}
