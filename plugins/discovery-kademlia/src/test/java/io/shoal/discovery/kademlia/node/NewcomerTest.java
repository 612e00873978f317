package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The nodes that a newcomer meets that knows only one other.
class NewcomerTest {
  private static final int HONEST = 160;
  private static final int COLLUDERS = 40;

  private final SplittableRandom random = new SplittableRandom(9);

  /// Behind a NAT: it keeps its id.
  private final Strangers world = new Strangers(TestSettings.ordinary(), "10.0.0.5");

  private final NodeId self = world.node().id();
  private final List<Contact> honest = new ArrayList<>();
  private final List<Contact> colluders = new ArrayList<>();

  private Contact stranger(NodeId id, int number) {
    String host = "20." + number / 250 + "." + number % 250 + ".1";
    return new Contact(id, new InetSocketAddress(InetAddress.ofLiteral(host), 6881));
  }

  private static Optional<Packet.Answer> naming(NodeId target, List<Contact> some) {
    List<Contact> sorted = new ArrayList<>(some);
    sorted.sort((a, b) -> target.compareDistance(a.id(), b.id()));
    return Optional.of(Packet.Answer.ofNodes(Family.IPV4, List.copyOf(sorted.subList(0, 8))));
  }

  private static Optional<Packet.Answer> answer(Packet.Query query, List<Contact> from) {
    return query.method() instanceof Method.FindNode find
        ? naming(find.target(), from)
        : Optional.of(Packet.Answer.EMPTY);
  }

  private void populate() {
    List<Contact> all = new ArrayList<>();
    for (int i = 0; i < HONEST + COLLUDERS; i++) {
      Contact contact = stranger(NodeId.random(random), i);
      (i < HONEST ? honest : colluders).add(contact);
      all.add(contact);
    }
    honest.forEach(contact -> world.add(contact, query -> answer(query, all)));
    colluders.forEach(contact -> world.add(contact, query -> answer(query, colluders)));
  }

  /// In the half of the key space that is not its own, the first node knows colluders alone.
  private Contact firstNode() {
    Contact first = stranger(self.randomAtPrefix(0, random), 1_000);
    List<Contact> beside = honest.stream().filter(c -> isBeside(first.id(), c)).toList();
    world.add(
        first,
        query ->
            query.method() instanceof Method.FindNode find
                    && first.id().commonPrefixBits(find.target()) > 0
                ? naming(find.target(), beside)
                : answer(query, colluders));
    return first;
  }

  private static boolean isBeside(NodeId first, Contact contact) {
    return first.commonPrefixBits(contact.id()) > 0;
  }

  @Test
  void aNewcomerAmongColludersMeetsItsNeighbours() {
    populate();
    Contact first = firstNode();
    world.node().bootstrap(Bootstrap.Addresses.of(first.address()), world.now());
    world.settle();
    List<Contact> nearest = new ArrayList<>(honest);
    nearest.sort((a, b) -> self.compareDistance(a.id(), b.id()));
    Set<Contact> known = new HashSet<>(world.node().contacts());
    assertTrue(known.containsAll(nearest.subList(0, 5)), () -> "of " + known.size() + " known");
  }
}
