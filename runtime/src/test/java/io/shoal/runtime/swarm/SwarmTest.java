package io.shoal.runtime.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import io.shoal.api.Refusal;
import io.shoal.runtime.swarm.SwarmSimulation.Manner;
import io.shoal.runtime.swarm.SwarmSimulation.Peer;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SwarmTest {
  private static final int RUNS = Boolean.getBoolean("shoal.full") ? 1_000_000 : 1_000;

  /// `-Dshoal.seed=N` replays one run.
  private static final long ONE_SEED = Long.getLong("shoal.seed", -1);

  private static final List<Manner> MANNERS = List.of(Manner.values());

  @Test
  void everyDownloadEndsWithEachChunkAcceptedOnceWhateverSomePeersDo() {
    long first = Math.max(0, ONE_SEED);
    long end = ONE_SEED < 0 ? RUNS : ONE_SEED + 1;
    SwarmTotals totals = new SwarmTotals();
    for (long seed = first; seed < end; seed++) {
      SwarmSimulation run = simulate(seed);
      assertTrue(run.run(3_600_000), "seed " + seed + " does not end");
      for (int chunk = 0; chunk < run.chunks; chunk++) {
        assertEquals(1, run.delivered[chunk], "seed " + seed + " chunk " + chunk);
      }
      for (Peer peer : run.peers) {
        assertEquals(
            peer.harmful(), run.banned.contains(peer.id), "seed " + seed + " peer " + peer.id);
      }
      totals.add(run);
    }
    System.out.println(totals);
  }

  private static SwarmSimulation simulate(long seed) {
    Random random = new Random(seed);
    SwarmSimulation run = new SwarmSimulation(seed, 1 + random.nextInt(120));
    run.add(Manner.HONEST, 500 + random.nextInt(5000), run.all());
    int others = random.nextInt(8);
    for (int i = 0; i < others; i++) {
      Manner manner = MANNERS.get(random.nextInt(MANNERS.size()));
      BitSet have = run.all();
      if (random.nextBoolean() || manner == Manner.LEECHER) {
        for (int c = 0; c < run.chunks; c++) {
          have.set(c, random.nextInt(3) == 0);
        }
      }
      run.add(manner, 20 + random.nextInt(5000), have);
    }
    return run;
  }

  @Test
  void theSameSeedIsTheSameDownload() {
    for (long seed = 0; seed < 20; seed++) {
      SwarmSimulation first = simulate(seed);
      SwarmSimulation second = simulate(seed);
      first.run(3_600_000);
      second.run(3_600_000);
      assertEquals(first.now, second.now, "seed " + seed);
      assertEquals(first.bytes, second.bytes, "seed " + seed);
      assertEquals(first.banned, second.banned, "seed " + seed);
    }
  }

  @Test
  void fourEqualPeersAreAboutFourTimesAsFastAsOne() {
    SwarmSimulation one = new SwarmSimulation(1, 100);
    one.add(Manner.HONEST, 2500, one.all());
    assertTrue(one.run(3_600_000));
    SwarmSimulation four = new SwarmSimulation(1, 100);
    for (int i = 0; i < 4; i++) {
      four.add(Manner.HONEST, 2500, four.all());
    }
    assertTrue(four.run(3_600_000));
    assertTrue(four.now < one.now * 0.3, one.now + " ms against " + four.now + " ms");
    assertTrue(four.bytes < 106L * SwarmSimulation.CHUNK_BYTES, "bytes " + four.bytes);
  }

  @Test
  void theRarestChunkIsAskedForFirst() {
    Swarm swarm = new Swarm(new Random(7));
    int[] positions = new int[64];
    for (int i = 0; i < 64; i++) {
      positions[i] = swarm.want();
    }
    swarm.positions(positions);
    for (int peer = 1; peer <= 3; peer++) {
      swarm.join(peer, "", true, 0);
      BitSet most = new BitSet();
      most.set(0, 64);
      most.clear(41);
      swarm.availability(peer, new Availability.Snapshot(most, 64));
    }
    swarm.decide(0);
    swarm.join(9, "", true, 0);
    BitSet all = new BitSet();
    all.set(0, 64);
    swarm.availability(9, new Availability.Snapshot(all, 64));
    SwarmAction first = swarm.decide(0).getFirst();
    assertEquals(41, ((SwarmAction.Fetch) first).chunk());
  }

  @Test
  void aStalledPeersRequestsGoToOthersAndItMayStillFinishThem() {
    Swarm swarm = new Swarm(new Random(7));
    int[] positions = {swarm.want(), swarm.want()};
    swarm.positions(positions);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    Set<Integer> asked = chunks(swarm.decide(0));
    assertEquals(Set.of(0, 1), asked);
    swarm.join(2, "", true, 100);
    swarm.availability(2, new Availability.Complete());
    swarm.decide(100);
    swarm.tick(20_000);
    assertEquals(Set.of(0, 1), chunks(swarm.decide(20_000)));
    assertTrue(swarm.verified(0, 10));
    assertEquals(1, swarm.remaining());
  }

  @Test
  void aPeerThatDribblesIsDroppedThoughNeverStalled() {
    SwarmSimulation run = new SwarmSimulation(3, 400);
    Peer dribbler = run.add(Manner.DRIBBLER, 1, run.all());
    run.add(Manner.HONEST, 3_000, run.all());
    assertTrue(run.run(3_600_000));
    assertTrue(dribbler.gone);
    assertFalse(run.banned.contains(dribbler.id));
  }

  @Test
  void aPeerThatLacksWhatItSaysToHaveIsDropped() {
    Swarm swarm = swarmOf(64);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    int blamed = 0;
    boolean dropped = false;
    for (int round = 0; round < 100 && !dropped; round++) {
      for (SwarmAction action : swarm.decide(round)) {
        switch (action) {
          case SwarmAction.Fetch fetch ->
              swarm.refused(fetch.request(), new Refusal.NotHeld(), round);
          case SwarmAction.Blame blame -> blamed++;
          case SwarmAction.Drop drop -> dropped = !drop.ban();
          case SwarmAction.Cancel cancel -> {}
          case SwarmAction.Announce announce -> {}
        }
      }
    }
    assertTrue(dropped);
    assertEquals(16, blamed);
  }

  @Test
  void aCopyReportedCorruptIsNotBlamedForLaterLack() {
    Swarm swarm = swarmOf(1);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    int first = ((SwarmAction.Fetch) swarm.decide(0).getFirst()).request();
    swarm.refused(first, new Refusal.Corrupt(), 10);
    swarm.tick(30_000);
    int second = ((SwarmAction.Fetch) swarm.decide(30_000).getFirst()).request();
    swarm.refused(second, new Refusal.NotHeld(), 30_010);
    assertEquals(List.of(), swarm.decide(30_020));
  }

  @Test
  void unprovenPeersOfOneOriginShareFewRequests() {
    Swarm swarm = swarmOf(1_000);
    for (int peer = 0; peer < 50; peer++) {
      swarm.join(peer, "192.0.2.0/24", false, 0);
      swarm.availability(peer, new Availability.Complete());
    }
    List<SwarmAction> asked = swarm.decide(0);
    assertEquals(Probation.MAX_REQUESTS_PER_ORIGIN, asked.size());
    SwarmAction.Fetch first = (SwarmAction.Fetch) asked.getFirst();
    assertTrue(swarm.verified(first.request(), 1 << 20));
    assertEquals(1, swarm.decide(10).size(), "it gave one and is no stranger any more");
    swarm.join(99, "198.51.100.0/24", false, 10);
    swarm.availability(99, new Availability.Complete());
    assertEquals(SwarmPeer.FIRST_WINDOW_CHUNKS, swarm.decide(10).size());
  }

  @Test
  void wrongBytesBanAlsoWhenTheChunkIsHere() {
    Swarm swarm = swarmOf(1);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Complete());
    SwarmAction.Fetch slow = (SwarmAction.Fetch) swarm.decide(0).getFirst();
    swarm.join(2, "", true, 100);
    swarm.availability(2, new Availability.Complete());
    swarm.tick(20_000);
    SwarmAction.Fetch copy = (SwarmAction.Fetch) swarm.decide(20_000).getFirst();
    assertEquals(List.of(1, 2), List.of(slow.peer(), copy.peer()));
    assertTrue(swarm.verified(copy.request(), 10));

    swarm.wrong(1, "wrong bytes");

    assertTrue(swarm.decide(20_010).contains(new SwarmAction.Drop(1, "wrong bytes", true)));
  }

  @Test
  void aSilentPeerIsLeftAloneAfterManyMisses() {
    Swarm swarm = new Swarm(new Random(7));
    for (int i = 0; i < 1000; i++) {
      swarm.want();
    }
    swarm.join(1, "", true, 0);
    int misses = 0;
    for (int round = 0; round < 100; round++) {
      for (SwarmAction action : swarm.decide(round)) {
        misses++;
        swarm.refused(((SwarmAction.Fetch) action).request(), new Refusal.NotHeld(), round);
      }
    }
    assertTrue(misses < 40, "asked " + misses + " times");

    swarm.tick(30_000);
    assertFalse(swarm.decide(30_000).isEmpty(), "what it did not have is asked for again");
  }

  @Test
  void aCompletePeerIsAskedForWhatNoOtherFetches() {
    Swarm swarm = swarmOf(8);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Snapshot(new BitSet(), 8));
    swarm.announced(1, List.of(0, 1, 2, 3, 4, 5), 0);
    swarm.join(2, "", true, 0);
    swarm.availability(2, new Availability.Complete());

    assertEquals(Set.of(6, 7), chunks(swarm.decide(10)));
  }

  @Test
  void noticesThatLapseAreNotBelievedAgain() {
    Swarm swarm = swarmOf(64);
    swarm.join(1, "", true, 0);
    swarm.availability(1, new Availability.Snapshot(new BitSet(), 64));
    List<Integer> everything = IntStream.range(0, 64).boxed().toList();
    swarm.announced(1, everything, 0);
    swarm.join(2, "", true, 0);
    swarm.availability(2, new Availability.Complete());
    assertEquals(Set.of(), chunks(swarm.decide(10)));

    swarm.tick(3_100);
    swarm.announced(1, everything, 3_100);

    assertFalse(chunks(swarm.decide(3_110)).isEmpty());
  }

  private static Swarm swarmOf(int chunks) {
    Swarm swarm = new Swarm(new Random(1));
    int[] positions = new int[chunks];
    for (int i = 0; i < chunks; i++) {
      positions[i] = swarm.want();
    }
    swarm.positions(positions);
    return swarm;
  }

  @Test
  void manyChunksAndPeersAreHandled() {
    int chunks = 200_000;
    SwarmSimulation run = new SwarmSimulation(3, chunks);
    for (int i = 0; i < 60; i++) {
      BitSet have = run.all();
      if (i > 0) {
        for (int c = 0; c < chunks; c++) {
          have.set(c, run.random.nextInt(3) > 0);
        }
      }
      run.add(Manner.HONEST, 200_000, have);
    }
    assertTrue(run.run(3_600_000));
  }

  private static Set<Integer> chunks(List<SwarmAction> actions) {
    Set<Integer> chunks = new HashSet<>();
    for (SwarmAction action : actions) {
      if (action instanceof SwarmAction.Fetch fetch) {
        chunks.add(fetch.chunk());
      }
    }
    return chunks;
  }
}
