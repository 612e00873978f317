package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.routing.Bucket;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The real nodes, a hundred and twenty of them (ten thousand at full size), on a simulated network
/// that loses datagrams. Every run replays from its seed.
class SimulatedNetworkTest {
  private static final int NODES = Boolean.getBoolean("shoal.full") ? 10_000 : 120;
  private static final int KEYS = 50;
  private static final int SEARCHES = 400;
  private static final double LOSS = 0.02;
  private static final int PORT = 4600;

  private static Simulation network(long seed, int nodes) {
    Simulation simulation = new Simulation(seed, LOSS);
    for (int i = 0; i < nodes; i++) {
      simulation.join();
      simulation.run(Duration.ofMillis(50));
    }
    simulation.run(Duration.ofMinutes(1));
    return simulation;
  }

  private static Map<NodeId, Simulation.Peer> announce(Simulation simulation) {
    Map<NodeId, Simulation.Peer> providers = new LinkedHashMap<>();
    for (int i = 0; i < KEYS; i++) {
      Simulation.Peer provider = simulation.anyLive();
      NodeId key = NodeId.random(simulation.random());
      providers.put(key, provider);
      provider.act(
          () ->
              provider
                  .node()
                  .announce(
                      key,
                      List.of(new Announcer.Place(PORT, Optional.empty())),
                      ports -> {},
                      simulation.nowMillis()));
    }
    simulation.run(Duration.ofSeconds(30));
    return providers;
  }

  private static final class Search implements DhtNode.FindListener {
    private final Set<InetSocketAddress> found = new HashSet<>();
    private boolean ended;

    @Override
    public void found(InetSocketAddress provider) {
      found.add(provider);
    }

    @Override
    public void ended(LookupEnd end) {
      ended = true;
    }
  }

  /// How many of many searches from random nodes find the provider.
  private static int found(Simulation simulation, Map<NodeId, Simulation.Peer> providers) {
    Map<Search, InetSocketAddress> searches = new LinkedHashMap<>();
    List<NodeId> keys = new ArrayList<>(providers.keySet());
    for (int i = 0; i < SEARCHES; i++) {
      NodeId key = keys.get(i % keys.size());
      Simulation.Peer provider = providers.get(key);
      Simulation.Peer seeker = simulation.anyLive();
      while (seeker == provider) {
        seeker = simulation.anyLive();
      }
      Search search = new Search();
      searches.put(search, new InetSocketAddress(provider.address().getAddress(), PORT));
      DhtNode node = seeker.node();
      seeker.act(() -> node.find(key, search, simulation.nowMillis()));
      simulation.run(Duration.ofMillis(50));
    }
    simulation.run(Duration.ofSeconds(30));
    searches.keySet().forEach(search -> assertTrue(search.ended, "a search never ended"));
    return (int)
        searches.entrySet().stream().filter(e -> e.getKey().found.contains(e.getValue())).count();
  }

  @Test
  void nearlyEverySearchFindsTheProvider() {
    Simulation simulation = network(1, NODES);
    int found = found(simulation, announce(simulation));
    assertTrue(found >= SEARCHES * 99 / 100, () -> found + " of " + SEARCHES + ", seed 1");
  }

  @Test
  void keysStayFindableThroughAnHourOfChurn() {
    Simulation simulation = network(2, NODES);
    Map<NodeId, Simulation.Peer> providers = announce(simulation);
    Set<Simulation.Peer> staying = new HashSet<>(providers.values());
    // Half of the network is exchanged within the hour.
    for (int i = 0; i < NODES / 2; i++) {
      Simulation.Peer leaving = simulation.anyLive();
      while (staying.contains(leaving)) {
        leaving = simulation.anyLive();
      }
      simulation.kill(leaving);
      simulation.join();
      simulation.run(Duration.ofSeconds(36));
    }
    int found = found(simulation, providers);
    assertTrue(found >= SEARCHES * 99 / 100, () -> found + " of " + SEARCHES + ", seed 2");
  }

  @Test
  void theSameSeedGivesTheSameDatagrams() {
    Simulation one = network(3, 30);
    Simulation same = network(3, 30);
    Simulation other = network(4, 30);
    assertEquals(one.datagrams(), same.datagrams());
    assertEquals(one.trace(), same.trace());
    assertNotEquals(one.trace(), other.trace());
  }

  @Test
  void aTableHoldsNodesNearAndFar() {
    Simulation simulation = network(5, NODES);
    DhtNode node = simulation.anyLive().node();
    assertTrue(node.contacts().size() >= 3 * Bucket.MAX_ENTRIES, () -> "" + node.contacts().size());
  }
}
