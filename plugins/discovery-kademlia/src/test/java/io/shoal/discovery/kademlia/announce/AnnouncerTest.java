package io.shoal.discovery.kademlia.announce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.node.DhtNode;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// How a node keeps its keys announced, among other real nodes on a simulated network.
class AnnouncerTest {
  private static final List<Announcer.Place> PLACES =
      List.of(new Announcer.Place(4600, Optional.empty()));

  private final Simulation simulation = new Simulation(21, 0);
  private final List<Set<Integer>> ended = new ArrayList<>();

  private List<NodeId> announce(Simulation.Peer peer, int keys) {
    List<NodeId> all = new ArrayList<>();
    for (int i = 0; i < keys; i++) {
      NodeId key = NodeId.random(simulation.random());
      all.add(key);
      peer.act(() -> peer.node().announce(key, PLACES, ended::add, simulation.nowMillis()));
    }
    return all;
  }

  private List<Simulation.Peer> network(int nodes) {
    List<Simulation.Peer> peers = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      peers.add(simulation.join());
      simulation.run(Duration.ofSeconds(1));
    }
    simulation.run(Duration.ofSeconds(10));
    return peers;
  }

  private int stored(Simulation.Peer peer) {
    return peer.node().snapshot(simulation.nowMillis()).storedProviders();
  }

  private DhtNode.Snapshot figures(Simulation.Peer peer) {
    return peer.node().snapshot(simulation.nowMillis());
  }

  @Test
  void manyKeysGoOutPacedAndAllArrive() {
    List<Simulation.Peer> peers = network(3);
    announce(peers.getFirst(), 1_000);
    simulation.run(Duration.ofSeconds(1));
    int early = stored(peers.getLast());
    assertTrue(
        early > 0 && early <= AnnouncePace.BURST_KEYS + AnnouncePace.LOCAL_KEYS_PER_SECOND,
        () -> early + " at once");
    simulation.run(Duration.ofMinutes(1));
    assertEquals(1_000, stored(peers.getLast()));
    assertEquals(1_000, ended.size());
  }

  @Test
  void keysAreRenewedUntilTheyAreWithdrawn() {
    List<Simulation.Peer> peers = network(3);
    List<NodeId> keys = announce(peers.getFirst(), 20);
    for (int i = 0; i < 12; i++) {
      simulation.run(Duration.ofMinutes(10));
      assertEquals(20, stored(peers.getLast()));
    }
    assertEquals(0, figures(peers.getFirst()).overdueKeys());
    peers.getFirst().act(() -> keys.forEach(peers.getFirst().node()::withdraw));
    simulation.run(Duration.ofMinutes(50));
    assertEquals(0, stored(peers.getLast()));
  }

  @Test
  void keysThatNoNodeTakesAreLate() {
    Simulation.Peer alone = simulation.join();
    announce(alone, 3);
    simulation.run(Duration.ofSeconds(30));
    assertEquals(List.of(Set.of(), Set.of(), Set.of()), ended);
    assertEquals(0, figures(alone).overdueKeys());
    simulation.run(Duration.ofSeconds(60));
    assertEquals(3, figures(alone).overdueKeys());
    assertEquals(30_000, figures(alone).lagMillis());
  }

  @Test
  void keysThatNoNodeTookAreCountedUntilOneDoes() {
    Simulation.Peer alone = simulation.join();
    announce(alone, 3);
    simulation.run(Duration.ofSeconds(30));
    assertEquals(3, figures(alone).failedKeys());
    simulation.join();
    simulation.run(Duration.ofSeconds(10));
    assertEquals(0, figures(alone).failedKeys());
  }

  @Test
  void aNodeThatKnowsNoOtherRestsHoweverManyKeysItHas() {
    Simulation.Peer alone = simulation.join();
    announce(alone, 10_000);
    simulation.run(Duration.ofSeconds(30));
    long end = simulation.nowMillis() + 60_000;
    int ticks = 0;
    while (simulation.nowMillis() < end) {
      long next = alone.node().nextTickMillis().orElse(end);
      simulation.run(Duration.ofMillis(Math.clamp(next - simulation.nowMillis(), 1, 60_000)));
      ticks++;
    }
    int counted = ticks;
    assertTrue(counted < 200, () -> counted + " ticks in a minute");
    assertEquals(10_000, figures(alone).failedKeys());
    Simulation.Peer other = simulation.join();
    simulation.run(Duration.ofMinutes(2));
    assertEquals(10_000, ended.size());
    assertTrue(stored(other) > 0, "they go out when there is a node");
  }

  @Test
  void manyKeysAtOnceAreLateOnlyAfterTheirTurn() {
    Simulation.Peer alone = simulation.join();
    List<NodeId> keys = announce(alone, 100 * AnnouncePace.KEYS_PER_SECOND);
    simulation.run(Duration.ofSeconds(70));
    long late = figures(alone).overdueKeys();
    assertTrue(late <= 15L * AnnouncePace.KEYS_PER_SECOND, () -> late + " are late");

    alone.act(() -> keys.forEach(alone.node()::withdraw));
    announce(alone, 3);
    simulation.run(Duration.ofSeconds(90));
    assertEquals(3, figures(alone).overdueKeys(), "those that are gone keep no key waiting");
  }

  @Test
  void newNodesGetTheKeysOfASmallNetwork() {
    List<Simulation.Peer> peers = network(2);
    announce(peers.getFirst(), 10);
    simulation.run(Duration.ofSeconds(5));
    Simulation.Peer late = simulation.join();
    simulation.run(Duration.ofSeconds(5));
    assertEquals(10, stored(late));
  }

  @Test
  void announcingAgainReplacesThePlaces() {
    List<Simulation.Peer> peers = network(2);
    NodeId key = announce(peers.getFirst(), 1).getFirst();
    simulation.run(Duration.ofSeconds(5));
    List<Announcer.Place> others =
        List.of(
            new Announcer.Place(4601, Optional.empty()),
            new Announcer.Place(4602, Optional.empty()));
    peers
        .getFirst()
        .act(
            () ->
                peers.getFirst().node().announce(key, others, ended::add, simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(5));
    assertEquals(List.of(Set.of(4600), Set.of(4601, 4602)), ended);
    simulation.run(Duration.ofMinutes(50));
    assertEquals(2, stored(peers.getLast()));
  }

  @Test
  void placesMayChangeWhileAnAnnouncementRuns() {
    List<Simulation.Peer> peers = network(3);
    DhtNode node = peers.getFirst().node();
    NodeId key = announce(peers.getFirst(), 1).getFirst();
    List<Announcer.Place> other = List.of(new Announcer.Place(4601, Optional.empty()));
    peers.getFirst().act(() -> node.announce(key, other, ended::add, simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(10));
    assertEquals(List.of(Set.of(4601), Set.of(4601)), ended);
  }

  @Test
  void anIsolatedNodeJoinsAgainAndAnnouncesAnew() {
    List<Simulation.Peer> peers = network(2);
    Simulation.Peer survivor = peers.getLast();
    announce(survivor, 5);
    simulation.kill(peers.getFirst());
    simulation.run(Duration.ofMinutes(30));
    assertEquals(0, figures(survivor).nodes());
    Simulation.Peer fresh = simulation.join();
    simulation.run(Duration.ofSeconds(5));
    assertEquals(5, stored(fresh));
  }
}
