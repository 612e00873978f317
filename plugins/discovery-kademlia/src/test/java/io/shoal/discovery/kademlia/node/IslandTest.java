package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Nodes whose bootstrap nodes are one another and one that is absent.
class IslandTest {
  private static final long SEED = 21;
  private static final int NODES = 12;

  private final Simulation simulation = new Simulation(SEED, 0.02);
  private final InetSocketAddress host = simulation.newAddress();

  /// Each knows the first, and the host that is away.
  private List<Simulation.Peer> island(int nodes) {
    List<Simulation.Peer> island = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      InetSocketAddress own = simulation.newAddress();
      island.add(
          island.isEmpty()
              ? simulation.joinAt(own, host)
              : simulation.joinAt(own, island.getFirst().address(), host));
      simulation.run(Duration.ofMillis(100));
    }
    return island;
  }

  private NodeId announce(Simulation.Peer peer) {
    NodeId key = NodeId.random(simulation.random());
    Announcer.Place place = new Announcer.Place(4600, Optional.empty());
    peer.act(() -> peer.node().announce(key, List.of(place), ports -> {}, simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(20));
    return key;
  }

  /// How many of them find the provider of a key.
  private int finders(List<Simulation.Peer> peers, NodeId key, Simulation.Peer provider) {
    Set<Simulation.Peer> finders = new HashSet<>();
    InetAddress wanted = provider.address().getAddress();
    for (Simulation.Peer peer : peers) {
      peer.act(
          () ->
              peer.node()
                  .find(
                      key,
                      new DhtNode.FindListener() {
                        @Override
                        public void found(InetSocketAddress one) {
                          if (one.getAddress().equals(wanted)) {
                            finders.add(peer);
                          }
                        }

                        @Override
                        public void ended(LookupEnd why) {}
                      },
                      simulation.nowMillis()));
    }
    simulation.run(Duration.ofSeconds(20));
    return finders.size();
  }

  private void oneNetworkComesOf(int nodesOfEach) {
    List<Simulation.Peer> one = island(nodesOfEach);
    List<Simulation.Peer> other = island(nodesOfEach);
    simulation.run(Duration.ofMinutes(40));
    NodeId before = announce(one.getLast());
    assertEquals(0, finders(other, before, one.getLast()), "islands know nothing of each other");

    simulation.joinAt(host);
    simulation.run(Duration.ofMillis(Bootstrap.MAX_AGAIN_MILLIS).plusMinutes(2));

    NodeId there = announce(one.get(1));
    NodeId here = announce(other.get(1));
    assertEquals(nodesOfEach, finders(other, there, one.get(1)), "seed " + SEED);
    assertEquals(nodesOfEach, finders(one, here, other.get(1)), "seed " + SEED);
  }

  @Test
  void islandsJoinWhenTheirBootstrapNodeAppears() {
    oneNetworkComesOf(NODES);
  }

  @Test
  void soDoIslandsOfTwo() {
    oneNetworkComesOf(2);
  }

  /// All that goes to an address.
  private static final class Times extends Simulation.Member {
    private final Map<InetSocketAddress, List<Long>> bySender = new HashMap<>();

    Times(InetSocketAddress address, Simulation simulation) {
      super(address, simulation.random(), false);
    }

    @Override
    public void receive(InetSocketAddress from, byte[] datagram, long nowMillis) {
      bySender.computeIfAbsent(from, any -> new ArrayList<>()).add(nowMillis);
    }
  }

  @Test
  void aSilentHostIsAskedLessAndLess() {
    Times times = new Times(host, simulation);
    simulation.add(times);
    island(NODES);
    simulation.run(Duration.ofHours(1));
    times.bySender.values().forEach(List::clear);
    simulation.run(Duration.ofHours(3));
    assertEquals(NODES, times.bySender.size());
    for (List<Long> asked : times.bySender.values()) {
      assertTrue(asked.size() >= 12 && asked.size() <= 26, () -> "datagrams: " + asked.size());
    }
  }

  @Test
  void aReachedBootstrapNodeIsNotAskedAgain() {
    Simulation.Peer first = simulation.joinAt(host);
    island(2 * NODES);
    simulation.run(Duration.ofMinutes(5));
    simulation.kill(first);
    // Until the last has forgotten it.
    simulation.run(Duration.ofHours(1));
    Times times = new Times(host, simulation);
    simulation.add(times);
    simulation.run(Duration.ofHours(2));
    assertEquals(Map.of(), times.bySender);
  }
}
