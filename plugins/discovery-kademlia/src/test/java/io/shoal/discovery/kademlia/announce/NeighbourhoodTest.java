package io.shoal.discovery.kademlia.announce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.testing.AddressPlan;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NeighbourhoodTest {
  private final SplittableRandom random = new SplittableRandom(5);
  private final AddressPlan addresses = new AddressPlan(true);
  private final Neighbourhood neighbourhood = new Neighbourhood();

  private Contact contact() {
    return new Contact(NodeId.random(random), addresses.next());
  }

  @Test
  void theClosestComeInOrderOfDistance() {
    List<Contact> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(contact());
      neighbourhood.answered(all.getLast(), i);
      NodeId target = NodeId.random(random);
      List<Contact> sorted =
          all.stream()
              .sorted((a, b) -> target.compareDistance(a.id(), b.id()))
              .limit(Lookup.CLOSEST)
              .toList();
      assertEquals(sorted, neighbourhood.closest(target, Lookup.CLOSEST));
    }
  }

  @Test
  void aNodeSilentTwiceIsNotNamed() {
    Contact one = contact();
    neighbourhood.answered(one, 0);
    neighbourhood.failed(one.address(), Optional.of(one.id()), 1);
    assertEquals(List.of(one), neighbourhood.closest(one.id(), 8));
    assertFalse(neighbourhood.isSilent(one.address(), 1));
    neighbourhood.failed(one.address(), Optional.of(one.id()), 2);
    assertEquals(List.of(), neighbourhood.closest(one.id(), 8));
    assertTrue(neighbourhood.isSilent(one.address(), 2));
    assertFalse(neighbourhood.isSilent(one.address(), 2 + Neighbourhood.SILENT_MILLIS));
    neighbourhood.answered(one, 3);
    assertFalse(neighbourhood.isSilent(one.address(), 3));
  }

  @Test
  void theWindowKeepsRecentNodes() {
    Contact first = contact();
    neighbourhood.answered(first, 0);
    for (int i = 0; i < Neighbourhood.MAX_NODES; i++) {
      neighbourhood.answered(contact(), 1);
    }
    assertEquals(Neighbourhood.MAX_NODES, neighbourhood.size());
    assertFalse(neighbourhood.closest(first.id(), 1).contains(first));
    neighbourhood.answered(first, 2 + Neighbourhood.REMEMBERED_MILLIS);
    assertEquals(1, neighbourhood.size());
  }

  @Test
  void onlyGlobalAddressesArePaced() {
    AddressPacer pacer = new AddressPacer();
    InetSocketAddress global = addresses.next();
    InetSocketAddress other = addresses.next();
    InetSocketAddress local = new AddressPlan(false).next();
    for (int i = 0; i < 8; i++) {
      assertEquals(1_000 + i * AddressPacer.SPACING_MILLIS, pacer.reserve(global, 1_000));
      assertEquals(1_000, pacer.reserve(local, 1_000));
    }
    assertEquals(1_000, pacer.reserve(other, 1_000));
    assertEquals(2_000, pacer.delayMillis(global, 1_000));
    assertEquals(5_000, pacer.reserve(global, 5_000));
  }
}
