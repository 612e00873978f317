package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import io.shoal.runtime.swarm.SwarmSimulation.Manner;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Peers that say to have everything and give nothing, or next to nothing, beside one that gives;
/// in virtual time.
class SilentPeersTest {
  private static final double BYTES_PER_MILLI = 4_000;
  private static final long LIMIT_MILLIS = 600_000;

  private static SwarmSimulation download(
      long seed, int chunks, Manner manner, int useless, boolean trusted) {
    SwarmSimulation run = new SwarmSimulation(seed, chunks);
    int place = new Random(seed).nextInt(useless + 1);
    for (int i = 0; i <= useless; i++) {
      Manner its = i == place ? Manner.HONEST : manner;
      run.add(its, BYTES_PER_MILLI, run.all(), "192.0.2.0/24", trusted);
    }
    assertTrue(run.run(LIMIT_MILLIS), "seed " + seed + " does not end");
    return run;
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "DRIBBLER"})
  void aDownloadTakesHardlyLongerBesideThem(Manner manner) {
    double alone = download(0, 12, manner, 0, true).now;
    for (int seed = 0; seed < 50; seed++) {
      for (int useless : new int[] {1, 16, 70}) {
        long millis = download(seed, 12, manner, useless, true).now;
        assertTrue(millis < alone * 1.5, useless + ", seed " + seed + ": " + millis + " ms");
      }
    }
  }

  /// The first node of a DAG: all else waits for it.
  @ParameterizedTest
  @EnumSource(names = {"SILENT", "DRIBBLER"})
  void theOneThatGivesIsFoundSoon(Manner manner) {
    double alone = download(0, 1, manner, 0, true).now;
    for (int seed = 0; seed < 50; seed++) {
      long millis = download(seed, 1, manner, 16, true).now;
      assertTrue(millis < alone + 1_300, "16, seed " + seed + ": " + millis + " ms");
      millis = download(seed, 1, manner, 70, true).now;
      assertTrue(millis < alone + 2_000, "70, seed " + seed + ": " + millis + " ms");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SILENT", "DRIBBLER"})
  void strangersOfOneOriginDoNotUseUpItsRequests(Manner manner) {
    double alone = download(0, 12, manner, 0, false).now;
    for (int seed = 0; seed < 50; seed++) {
      long millis = download(seed, 12, manner, 60, false).now;
      assertTrue(millis < alone + 8_000, "seed " + seed + ": " + millis + " ms");
    }
  }

  @Test
  void aChunkIsAskedOfOnePeerWhereAllGive() {
    SwarmSimulation run = new SwarmSimulation(1, 1);
    for (int i = 0; i < 20; i++) {
      run.add(Manner.HONEST, BYTES_PER_MILLI, run.all());
    }
    assertTrue(run.run(LIMIT_MILLIS));
    assertEquals(1L << 20, run.bytes);
  }

  @Test
  void aPeerThatWasOvertakenIsAskedAgainLater() {
    Swarm swarm = new Swarm(new Random(1));
    swarm.positions(new int[] {swarm.want()});
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    assertEquals(1, swarm.decide(0).size());
    swarm.tick(500);
    assertTrue(swarm.isSilent(1));
    swarm.alreadyHere(0);
    swarm.wantNow(0);
    assertFalse(fetches(swarm.decide(600)));
    swarm.tick(3_000);
    assertTrue(fetches(swarm.decide(3_000)));
  }

  private static boolean fetches(List<SwarmAction> actions) {
    return actions.stream().anyMatch(SwarmAction.Fetch.class::isInstance);
  }

  @Test
  void aSlowPeerStaysWhereNoneIsFaster() {
    Swarm swarm = new Swarm(new Random(1));
    swarm.positions(new int[] {swarm.want()});
    for (int peer = 1; peer <= 2; peer++) {
      swarm.join(peer, "", true, 0);
    }
    swarm.availability(1, new Availability.Complete());
    swarm.availability(2, new Availability.Snapshot(new BitSet(), 1));
    assertTrue(fetches(swarm.decide(0)));
    for (long now = 1_000; now < 300_000; now += 1_000) {
      swarm.progress(1, 100, now);
      swarm.tick(now);
      assertEquals(List.of(), swarm.decide(now));
    }
  }

  @Test
  void aPeerThatIsBusyForLongIsNotDropped() {
    Swarm swarm = new Swarm(new Random(1));
    swarm.positions(new int[] {swarm.want()});
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    swarm.join(2, "", true, 0);
    swarm.availability(2, new Availability.Snapshot(new BitSet(), 1));
    int asked = 0;
    for (long now = 0; now < 300_000; now += 100) {
      swarm.tick(now);
      for (SwarmAction action : swarm.decide(now)) {
        assertFalse(action instanceof SwarmAction.Drop, action::toString);
        if (action instanceof SwarmAction.Fetch fetch) {
          asked++;
          now += 10_000;
          swarm.tick(now);
          swarm.refused(fetch.request(), new Refusal.Busy(Duration.ofSeconds(2)), now);
        }
      }
    }
    assertTrue(asked > 20);
  }
}
