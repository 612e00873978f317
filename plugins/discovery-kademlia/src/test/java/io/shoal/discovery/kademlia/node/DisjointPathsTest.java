package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.maintenance.TableMaintenance;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// A search among honest nodes and colluders whose ids crowd around the key.
class DisjointPathsTest {
  private static final NodeId KEY = NodeId.random(new SplittableRandom(8));
  private static final InetSocketAddress PROVIDER =
      new InetSocketAddress(InetAddress.ofLiteral("10.9.9.9"), 4600);

  private final RandomGenerator random = new SplittableRandom(9);
  private final List<Contact> honest = new ArrayList<>();
  private final List<Contact> colluders = new ArrayList<>();
  private final Set<InetSocketAddress> found = new HashSet<>();
  private final List<LookupEnd> ends = new ArrayList<>();

  private static Contact at(NodeId id, int network, int host) {
    return new Contact(
        id, new InetSocketAddress(InetAddress.ofLiteral("10." + network + ".0." + host), 6881));
  }

  /// 64 honest nodes, the closest eight of which know the provider, and 40 colluders, closer than
  /// any of them, which know only each other. The node knows 31 honest ones and one colluder.
  private Strangers world(int paths) {
    Strangers world =
        new Strangers(
            TestSettings.with(
                TestSettings.ordinary(),
                new DhtSettings.Routing(false, AddressRules.Ids.ANY, paths)),
            "10.0.0.7");
    for (int i = 0; i < 64; i++) {
      honest.add(at(KEY.randomAtPrefix(i % 12, random), 1, i + 1));
    }
    for (int i = 0; i < 40; i++) {
      colluders.add(at(KEY.randomAtPrefix(30 + i, random), 2, i + 1));
    }
    List<Contact> holders = closest(honest);
    for (Contact contact : honest) {
      boolean holds = holders.contains(contact);
      world.add(
          contact,
          query -> Optional.of(answer(query, holders, holds ? List.of(PROVIDER) : List.of())));
    }
    for (Contact contact : colluders) {
      world.add(contact, query -> Optional.of(answer(query, closest(colluders), List.of())));
    }
    // The holders themselves are strangers at first.
    world.introduce(colluders.getFirst());
    honest.stream().filter(c -> !holders.contains(c)).limit(31).forEach(world::introduce);
    return world;
  }

  private static List<Contact> closest(List<Contact> all) {
    return all.stream().sorted((a, b) -> KEY.compareDistance(a.id(), b.id())).limit(8).toList();
  }

  /// Only a search gets other nodes: it is to begin with those that the node was introduced to.
  private static Packet.Answer answer(
      Packet.Query query, List<Contact> nodes, List<InetSocketAddress> values) {
    return query.method() instanceof Method.FindNode
        ? Packet.Answer.EMPTY
        : Packet.Answer.ofNodes(Family.IPV4, nodes).withValues(values);
  }

  private void search(Strangers world) {
    // The second look of a newcomer is no part of the search.
    world.pass(2 * TableMaintenance.SECOND_LOOK_MILLIS);
    world.settle();
    world.asked().clear();
    world
        .node()
        .find(
            KEY,
            new DhtNode.FindListener() {
              @Override
              public void found(InetSocketAddress provider) {
                found.add(provider);
              }

              @Override
              public void ended(LookupEnd why) {
                ends.add(why);
              }
            },
            world.now());
    world.settle();
    world.pass(60_000);
  }

  @Test
  void onOnePathColludersHideTheProvider() {
    search(world(1));
    assertEquals(Set.of(), found);
    assertEquals(List.of(LookupEnd.ENOUGH), ends);
  }

  @Test
  void aHostilePathCannotHideKeys() {
    for (int paths : List.of(2, 4, 8)) {
      honest.clear();
      colluders.clear();
      found.clear();
      search(world(paths));
      assertEquals(Set.of(PROVIDER), found, () -> paths + " paths");
    }
  }

  @Test
  void pathsShareNoNode() {
    Strangers world = world(4);
    search(world);
    List<InetSocketAddress> asked = world.asked().stream().map(Contact::address).toList();
    assertEquals(asked.size(), Set.copyOf(asked).size());
    assertTrue(asked.size() > Lookup.CLOSEST);
    assertFalse(ends.isEmpty());
  }
}
