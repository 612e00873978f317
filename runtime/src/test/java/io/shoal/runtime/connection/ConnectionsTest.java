package io.shoal.runtime.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.api.PeerId;
import io.shoal.api.RemotePeer;
import io.shoal.runtime.peer.PeerBook;
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
}
