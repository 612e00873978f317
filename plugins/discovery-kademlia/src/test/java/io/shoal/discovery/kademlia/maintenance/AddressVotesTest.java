package io.shoal.discovery.kademlia.maintenance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddressVotesTest {
  private static final InetAddress OURS = InetAddress.ofLiteral("198.51.100.7");
  private static final InetAddress LATER = InetAddress.ofLiteral("203.0.113.9");

  private final AddressVotes votes = new AddressVotes();

  private static InetAddress voter(int network, int host) {
    return InetAddress.ofLiteral("20.0." + network + "." + host);
  }

  @Test
  void severalNetworksMustAgree() {
    for (int i = 1; i < AddressVotes.MIN_AGREEING; i++) {
      assertEquals(Optional.empty(), votes.vote(voter(i, 1), OURS));
    }
    assertEquals(Optional.of(OURS), votes.vote(voter(100, 1), OURS));
    assertEquals(Optional.empty(), votes.vote(voter(101, 1), OURS), "that is no news");
    assertEquals(Optional.of(OURS), votes.agreed());
  }

  @Test
  void oneNetworkHasOneVote() {
    for (int host = 1; host < 200; host++) {
      votes.vote(voter(1, host), LATER);
    }
    assertEquals(Optional.empty(), votes.agreed());
  }

  @Test
  void privateAddressesNeitherVoteNorAreVotedFor() {
    for (int i = 1; i < 100; i++) {
      votes.vote(voter(i, 1), InetAddress.ofLiteral("192.168.0.1"));
      votes.vote(voter(i, 1), InetAddress.ofLiteral("127.0.0.1"));
      votes.vote(InetAddress.ofLiteral("10.0." + i + ".1"), OURS);
      votes.vote(voter(i, 1), InetAddress.ofLiteral("2001:db8::7"));
    }
    assertEquals(Optional.empty(), votes.agreed());
  }

  @Test
  void aMinorityOfLiarsChangesNothing() {
    for (int i = 0; i < 20; i++) {
      votes.vote(voter(i, 1), OURS);
    }
    for (int i = 100; i < 112; i++) {
      votes.vote(voter(i, 1), LATER);
    }
    assertEquals(Optional.of(OURS), votes.agreed());
  }

  @Test
  void theSameVotersAgreeOnANewAddress() {
    for (InetAddress address : List.of(OURS, LATER)) {
      for (int i = 0; i < AddressVotes.MAX_VOTES; i++) {
        votes.vote(voter(i, 1), address);
      }
      assertEquals(Optional.of(address), votes.agreed());
    }
  }
}
