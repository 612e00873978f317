package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.maintenance.AddressVotes;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// A node that learns its address from others and binds its id to it.
class ExternalAddressTest {
  private static final String OURS = "198.51.100.7";

  private final RandomGenerator random = new SplittableRandom(3);

  private Contact stranger(int number) {
    return new Contact(
        NodeId.random(random),
        new InetSocketAddress(InetAddress.ofLiteral("20.0." + number + ".1"), 6881));
  }

  @Test
  void theIdChangesOnAgreementWithoutLoss() {
    Strangers world = new Strangers(TestSettings.ordinary(), OURS);
    DhtNode node = world.node();
    NodeId first = node.id();
    node.announce(
        NodeId.random(random), List.of(new Announcer.Place(4600, Optional.empty())), p -> {}, 0);
    Set<Contact> known = new HashSet<>();
    for (int i = 0; i < AddressVotes.MIN_AGREEING; i++) {
      assertEquals(first, node.id());
      Contact stranger = stranger(i);
      world.add(stranger);
      known.add(stranger);
      world.introduce(stranger);
    }
    assertTrue(BoundId.matches(node.id(), InetAddress.ofLiteral(OURS)));
    assertEquals(Optional.of(InetAddress.ofLiteral(OURS)), node.externalAddress());
    assertEquals(known, Set.copyOf(node.contacts()));
    assertEquals(1, node.snapshot(world.now()).announcedKeys());
    NodeId bound = node.id();
    for (int i = 10; i < 60; i++) {
      Contact stranger = stranger(i);
      world.add(stranger);
      world.introduce(stranger);
    }
    assertEquals(bound, node.id());
  }

  @Test
  void inAPrivateNetworkTheIdStays() {
    Strangers world = new Strangers(TestSettings.ordinary(), "10.0.0.7");
    NodeId first = world.node().id();
    for (int i = 0; i < 40; i++) {
      Contact stranger = stranger(i);
      world.add(stranger);
      world.introduce(stranger);
    }
    assertEquals(first, world.node().id());
  }

  @Test
  void anInvalidIdEntersNoTableIfEnforced() {
    Strangers world =
        new Strangers(
            TestSettings.with(
                TestSettings.ordinary(),
                new DhtSettings.Routing(false, AddressRules.Ids.REQUIRED, 1)),
            "10.0.0.7");
    Contact liar = stranger(1);
    InetSocketAddress address = stranger(2).address();
    Contact honest = new Contact(BoundId.of(address.getAddress(), random), address);
    for (Contact contact : List.of(liar, honest)) {
      world.add(contact);
      world.introduce(contact);
    }
    assertEquals(List.of(honest), world.node().contacts());
  }
}
