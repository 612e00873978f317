package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.routing.SavedTable;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A node that comes back to a network that has changed.
class RejoinTest {
  private static final int NODES = 60;
  private static final long SEED = 12;

  @Test
  void theSavedTableOutlivesAnHourOfChurn() {
    Simulation simulation = new Simulation(SEED, 0.02);
    List<Simulation.Peer> peers = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      peers.add(simulation.join());
      simulation.run(Duration.ofMillis(100));
    }
    simulation.run(Duration.ofMinutes(1));
    Simulation.Peer leaving = peers.removeLast();
    SavedTable saved =
        SavedTable.parse(
                new SavedTable(Map.of(Family.IPV4, leaving.node().id()), leaving.node().contacts())
                    .encode())
            .orElseThrow();
    simulation.kill(leaving);
    for (int i = 0; i < NODES / 2; i++) {
      simulation.kill(peers.get(2 * i));
      simulation.join();
      simulation.run(Duration.ofMinutes(2));
    }

    Simulation.Peer provider = simulation.anyLive();
    NodeId key = NodeId.random(simulation.random());
    Announcer.Place place = new Announcer.Place(4600, Optional.empty());
    provider.act(
        () -> provider.node().announce(key, List.of(place), ports -> {}, simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(30));
    Simulation.Peer again =
        simulation.joinFrom(saved.contacts().stream().map(Contact::address).toList());
    List<InetSocketAddress> found = new ArrayList<>();
    List<LookupEnd> ends = new ArrayList<>();
    again.act(
        () ->
            again
                .node()
                .find(
                    key,
                    new DhtNode.FindListener() {
                      @Override
                      public void found(InetSocketAddress one) {
                        found.add(one);
                      }

                      @Override
                      public void ended(LookupEnd why) {
                        ends.add(why);
                      }
                    },
                    simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(30));
    assertTrue(
        found.contains(new InetSocketAddress(provider.address().getAddress(), 4600)),
        () -> found + " " + ends + ", seed " + SEED);
  }
}
