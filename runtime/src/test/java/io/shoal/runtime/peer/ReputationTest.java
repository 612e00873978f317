package io.shoal.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.peer.Reputation.Penalty;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReputationTest {
  private static final long HALF_LIFE = Reputation.HALF_LIFE.toMillis();
  private static final long MIB = 1 << 20;

  @Test
  void aVerifiedMibIsAPointAndHalfOfAllIsForgottenInAHalfLife() {
    Reputation friend = Reputation.unknown(1_000).gave(20 * MIB, 1_000);
    assertEquals(70, friend.at(1_000), 1e-9);
    assertEquals(60, friend.at(1_000 + HALF_LIFE), 1e-9);
    assertEquals(65, friend.gave(10 * MIB, 1_000 + 2 * HALF_LIFE).at(1_000 + 2 * HALF_LIFE), 1e-9);
    Reputation liar = friend.did(Penalty.LIED, 1_000);
    assertEquals(0, liar.at(1_000), 1e-9);
    assertEquals(25, liar.at(1_000 + HALF_LIFE), 1e-9);
  }

  @Test
  void itStaysBetweenZeroAndAHundredWhateverHappens() {
    Random random = new Random(5);
    Reputation peer = Reputation.unknown(0);
    long now = 0;
    List<Penalty> deeds = List.of(Penalty.values());
    for (int i = 0; i < 100_000; i++) {
      now += random.nextInt(10_000);
      Penalty penalty = deeds.get(random.nextInt(deeds.size()));
      peer =
          random.nextBoolean() ? peer.gave(random.nextLong(64 * MIB), now) : peer.did(penalty, now);
      assertTrue(peer.score() >= 0 && peer.score() <= 100, "step " + i + ": " + peer);
    }
  }

  @Test
  void noNumberOfFailuresOfTheNetworkKeepsAPeerFromBeingDialled() {
    Reputation peer = Reputation.unknown(0);
    for (int i = 0; i < 1_000; i++) {
      peer = peer.did(Penalty.UNREACHABLE, 0).did(Penalty.STALLED, 0).did(Penalty.BROKE_OFF, 0);
    }
    assertTrue(peer.at(0) >= Reputation.MIN_TO_DIAL, peer.toString());
  }

  @Test
  void aFloorDoesNotLiftWhoIsBelowIt() {
    Reputation liar = Reputation.unknown(0).did(Penalty.LIED, 0);
    assertEquals(0, liar.did(Penalty.UNREACHABLE, 0).at(0));
  }

  @Test
  void twentyLiesAboutWhatItHasKeepAPeerFromBeingDialled() {
    Reputation peer = Reputation.unknown(0);
    for (int i = 0; i < 20; i++) {
      peer = peer.did(Penalty.LACKED, 0);
    }
    assertTrue(peer.at(0) < Reputation.MIN_TO_DIAL);
  }

  @Test
  void aClockThatGoesBackAgesNothing() {
    assertEquals(70, Reputation.unknown(HALF_LIFE).gave(20 * MIB, HALF_LIFE).at(0), 1e-9);
  }
}
