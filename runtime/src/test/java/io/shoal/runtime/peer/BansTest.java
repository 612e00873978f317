package io.shoal.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BansTest {
  private final Bans bans = new Bans();
  private long now = 1_000_000;

  private static PeerOrigin at(String host) {
    return PeerOrigin.of(PeerAddress.of("tcps://" + host + ":4600"));
  }

  private List<Bans.Ban> lie(String identity, String host) {
    return bans.add(Bans.Kind.IDENTITY, identity, at(host), "wrong bytes", now);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7,192.0.2.7,192.0.2.0/24",
    "[2001:db8:1:2:3:4:5:6],2001:db8:1:2::/64,2001:db8:1::/48",
    "[::ffff:192.0.2.7],192.0.2.7,192.0.2.0/24",
    "192.168.1.7,192.168.1.7,",
    "[fd00::1],fd00:0:0:0::/64,",
    "127.0.0.1,127.0.0.1,",
    "Example.org,example.org,",
  })
  void aPeerComesFromAHostAndIfThatIsInTheWideWorldFromANetwork(
      String address, String host, String network) {
    assertEquals(new PeerOrigin(host, Optional.ofNullable(network)), at(address));
  }

  @Test
  void eachBanIsTwiceAsLongUpToADayAndForgottenAfterAWeekOfPeace() {
    Duration[] lengths = {
      Duration.ofHours(1),
      Duration.ofHours(2),
      Duration.ofHours(4),
      Duration.ofHours(8),
      Duration.ofHours(16),
      Duration.ofHours(24),
      Duration.ofHours(24)
    };
    for (Duration length : lengths) {
      Bans.Ban ban = lie("liar", "192.0.2.1").getFirst();
      assertEquals(length.toMillis(), ban.untilMillis() - now);
      now = ban.untilMillis() - 1;
      assertTrue(bans.of("liar", now).isPresent());
      now++;
      assertFalse(bans.of("liar", now).isPresent());
    }
    now += Bans.REMEMBERED.toMillis();
    assertEquals(1, lie("liar", "192.0.2.1").getFirst().times());
  }

  @Test
  void theSameLiarTwiceIsNotTwoLiars() {
    for (int i = 0; i < 10; i++) {
      assertEquals(1, lie("liar", "192.0.2.1").size());
    }
  }

  @Test
  void liarsOfOneHostAddUpOnlyWithinAnHour() {
    for (int i = 0; i < 10; i++) {
      assertEquals(1, lie("liar" + i, "192.0.2.1").size(), "liar " + i);
      now += Bans.TOGETHER.toMillis() / (Bans.PEERS_OF_A_HOST - 1) + 1;
    }
  }

  @Test
  void aHostWithTooManyLiarsIsDistrustedAndItsNeighbourIsNot() {
    for (int i = 1; i < Bans.PEERS_OF_A_HOST; i++) {
      assertEquals(1, lie("liar" + i, "192.0.2.1").size());
    }
    List<Bans.Ban> made = lie("last", "192.0.2.1");
    assertEquals(
        List.of(Bans.Kind.IDENTITY, Bans.Kind.HOST), made.stream().map(Bans.Ban::kind).toList());
    assertTrue(bans.distrusted(at("192.0.2.1"), now).isPresent());
    assertTrue(bans.distrusted(at("192.0.2.2"), now).isEmpty());
    assertEquals(1, lie("one more", "192.0.2.1").size(), "it is so already");
  }

  @Test
  void liarsAllOverANetworkMakeItDistrusted() {
    for (int i = 0; i < Bans.PEERS_OF_A_NETWORK; i++) {
      assertTrue(bans.distrusted(at("192.0.2.250"), now).isEmpty(), "after " + i);
      lie("liar" + i, "192.0.2." + i);
    }
    assertTrue(bans.distrusted(at("192.0.2.250"), now).isPresent());
    assertTrue(bans.distrusted(at("192.0.3.1"), now).isEmpty());
  }

  @Test
  void aPrivateNetworkIsNeverDistrustedAsAWhole() {
    for (int i = 0; i < 200; i++) {
      lie("liar" + i, "192.168.1." + i);
    }
    assertTrue(bans.distrusted(at("192.168.1.250"), now).isEmpty());
  }

  @Test
  void aFloodOfNamesIsBoundedAndDoesNotSetOldOffendersFree() {
    Bans.Ban old = lie("old", "198.51.100.1").getFirst();
    now = old.untilMillis() + 1;
    lie("old", "198.51.100.1");
    for (int i = 0; i < Bans.MAX_BANS + 500; i++) {
      lie("liar" + i, "h" + i + ".example");
    }
    assertTrue(bans.remembered().size() <= Bans.MAX_BANS);
    assertTrue(bans.of("old", now).isPresent());
  }
}
