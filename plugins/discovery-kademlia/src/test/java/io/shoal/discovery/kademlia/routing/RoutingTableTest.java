package io.shoal.discovery.kademlia.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.routing.RoutingTable.Outcome;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private final RandomGenerator random = new SplittableRandom(11);
  private final NodeId self = NodeId.random(random);

  /// The secret point of the farthest bucket.
  private final NodeId wanted = self.randomAtPrefix(0, random);

  private final RoutingTable table = new RoutingTable(self, wanted, AddressRules.none(), 0);

  private Contact contact(int number, int commonBits) {
    return new Contact(self.randomAtPrefix(commonBits, random), address(number));
  }

  private static InetSocketAddress address(int number) {
    return new InetSocketAddress(
        InetAddress.ofLiteral("10.0." + (number >> 8) + "." + (number & 255)), 6881);
  }

  /// Fills the farthest bucket: one in each of its regions, among them `wanted`.
  private List<Contact> fillFar() {
    List<NodeId> ids = new ArrayList<>(List.of(wanted));
    while (ids.size() < Bucket.MAX_ENTRIES) {
      NodeId id = self.randomAtPrefix(0, random);
      if (ids.stream().allMatch(other -> other.commonPrefixBits(id) < 1 + Bucket.REGION_BITS)) {
        ids.add(id);
      }
    }
    for (int i = 0; i < ids.size(); i++) {
      assertEquals(Outcome.ADDED, table.answered(new Contact(ids.get(i), address(i)), 0));
    }
    // One near node makes the far bucket stop being the last one.
    assertEquals(Outcome.ADDED, table.answered(contact(100, 5), 0));
    return table.contacts().stream().filter(c -> self.commonPrefixBits(c.id()) == 0).toList();
  }

  /// One that is less wanted than the one of its region.
  private Contact unwanted(int number) {
    return new Contact(wanted.randomAtPrefix(8, random), address(number));
  }

  @Test
  void aFullBucketPrefersNodesNearASecretPoint() {
    List<Contact> before = fillFar();
    Contact other = before.stream().filter(c -> !c.id().equals(wanted)).findFirst().orElseThrow();
    NodeId point = other.id().headThen(1 + Bucket.REGION_BITS, wanted);
    Contact closer = new Contact(point, address(60));
    assertTrue(table.asked(closer, 0));
    assertEquals(Outcome.REPLACED, table.answered(closer, 0));
    assertTrue(table.contacts().contains(closer));
    assertFalse(table.contacts().contains(other));
    assertEquals(Outcome.WAITING, table.answered(other, 0));
    assertEquals(Outcome.WAITING, table.answered(unwanted(61), 0));
  }

  @Test
  void frequentContactsWinNoPlaces() {
    List<Contact> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(contact(i, 0));
    }
    RoutingTable other = new RoutingTable(self, wanted, AddressRules.none(), 0);
    table.answered(contact(201, 5), 0);
    other.answered(contact(201, 5), 0);
    all.forEach(c -> table.answered(c, 0));
    all.reversed().forEach(c -> other.answered(c, 0));
    all.subList(0, 40).forEach(c -> other.answered(c, 0));
    // Whatever the order and however often: the same nodes.
    assertEquals(
        table.closest(wanted, Bucket.MAX_ENTRIES, any -> true),
        other.closest(wanted, Bucket.MAX_ENTRIES, any -> true));
  }

  @Test
  void aFullBucketSplitsOnlyAtOurId() {
    fillFar();
    assertEquals(Outcome.WAITING, table.answered(unwanted(50), 0));
    for (int i = 60; i < 68; i++) {
      assertEquals(Outcome.ADDED, table.answered(contact(i, 3), 0));
    }
    assertEquals(Bucket.MAX_ENTRIES + 1 + 8, table.size());
  }

  @Test
  void aNodeThatFailsTwiceIsReplaced() {
    List<Contact> far = fillFar();
    Contact waiting = unwanted(50);
    table.answered(waiting, 0);
    assertEquals(Optional.empty(), table.failed(far.getFirst(), 1));
    assertEquals(Optional.of(waiting), table.failed(far.getFirst(), 2));
    assertTrue(table.contacts().contains(waiting));
    assertFalse(table.contacts().contains(far.getFirst()));
  }

  @Test
  void anAnswerMakesUpForAFailure() {
    Contact contact = contact(1, 0);
    table.answered(contact, 0);
    table.failed(contact, 1);
    table.answered(contact, 2);
    table.failed(contact, 3);
    assertEquals(List.of(contact), table.contacts());
  }

  @Test
  void aLiveNodesIdCannotBeTaken() {
    Contact first = contact(1, 0);
    table.answered(first, 0);
    assertEquals(Outcome.REFUSED, table.answered(new Contact(first.id(), address(2)), 0));
    assertEquals(List.of(first), table.contacts());
  }

  @Test
  void aNodeWithANewIdReplacesItself() {
    Contact before = contact(1, 0);
    table.answered(before, 0);
    Contact after = new Contact(self.randomAtPrefix(3, random), before.address());
    assertEquals(Outcome.ADDED, table.answered(after, 1));
    assertEquals(List.of(after), table.contacts());
  }

  @Test
  void ourOwnIdNeverEnters() {
    assertEquals(Outcome.REFUSED, table.answered(new Contact(self, address(1)), 0));
  }

  @Test
  void anAddressHasOnePublicPlace() {
    RoutingTable strict =
        new RoutingTable(self, wanted, new AddressRules(true, AddressRules.Ids.ANY), 0);
    InetAddress host = InetAddress.ofLiteral("192.0.2.1");
    Contact one = new Contact(NodeId.random(random), new InetSocketAddress(host, 1));
    Contact two = new Contact(NodeId.random(random), new InetSocketAddress(host, 2));
    assertEquals(Outcome.ADDED, strict.answered(one, 0));
    assertEquals(Outcome.REFUSED, strict.answered(two, 0));
    strict.failed(one, 1);
    strict.failed(one, 2);
    assertEquals(Outcome.ADDED, strict.answered(two, 3));
  }

  private static Contact at(NodeId id, String host) {
    return new Contact(id, new InetSocketAddress(InetAddress.ofLiteral(host), 6881));
  }

  @Test
  void aNetworkHasFewPlacesInTheTable() {
    RoutingTable strict =
        new RoutingTable(self, wanted, new AddressRules(true, AddressRules.Ids.ANY), 0);
    // Honest nodes from everywhere, so that there are buckets to speak of.
    for (int bits = 0; bits < 12; bits++) {
      for (int i = 0; i < Bucket.MAX_ENTRIES - 1; i++) {
        strict.answered(at(self.randomAtPrefix(bits, random), "20." + bits + "." + i + ".1"), 0);
      }
    }
    int honest = strict.size();
    int added = 0;
    for (int bits = 0; bits < 12; bits++) {
      for (int i = 0; i < 10; i++) {
        NodeId id = self.randomAtPrefix(bits, random);
        Outcome outcome = strict.answered(at(id, "30.0.0." + (10 * bits + i + 1)), 0);
        added += outcome == Outcome.ADDED ? 1 : 0;
      }
    }
    assertTrue(added > 0 && added <= AddressShares.MAX_PER_NETWORK, "added " + added);
    assertEquals(honest + added, strict.size());
  }

  /// Nodes that share no bit with us, at addresses that allow their ids or do not.
  private List<Contact> far(boolean bound, int count) {
    List<Contact> out = new ArrayList<>();
    for (int i = 0; out.size() < count; i++) {
      InetAddress host = InetAddress.ofLiteral((bound ? "40." : "50.") + i % 250 + ".0.1");
      NodeId id = bound ? BoundId.of(host, random) : NodeId.random(random);
      if (self.commonPrefixBits(id) == 0 && BoundId.matches(id, host) == bound) {
        out.add(new Contact(id, new InetSocketAddress(host, 6881 + i / 250)));
      }
    }
    return out;
  }

  @Test
  void preferredIdsHaveTheFirstPlaces() {
    RoutingTable mainline =
        new RoutingTable(self, wanted, new AddressRules(false, AddressRules.Ids.PREFERRED), 0);
    mainline.answered(contact(100, 5), 0);
    List<Contact> chosen = far(false, 60);
    List<Contact> bound = far(true, 60);
    chosen.forEach(contact -> mainline.answered(contact, 0));
    assertEquals(1 + Bucket.MAX_ENTRIES, mainline.size(), "they are better than none");
    bound.forEach(contact -> mainline.answered(contact, 0));
    chosen.forEach(contact -> mainline.answered(contact, 1));
    List<Contact> kept =
        mainline.contacts().stream().filter(c -> self.commonPrefixBits(c.id()) == 0).toList();
    assertEquals(Bucket.MAX_ENTRIES, kept.size());
    assertTrue(bound.containsAll(kept), () -> "kept: " + kept);
  }

  @Test
  void namedAndLocalNodesAreNotBounded() {
    AddressRules rules = new AddressRules(true, AddressRules.Ids.ANY);
    RoutingTable strict = new RoutingTable(self, wanted, rules, 0);
    for (int i = 1; i <= 5; i++) {
      Contact named = at(NodeId.random(random), "30.0.0." + i);
      rules.exempt(named.address());
      assertEquals(Outcome.ADDED, strict.answered(named, 0));
    }
    assertEquals(Outcome.ADDED, strict.answered(at(NodeId.random(random), "10.0.0.1"), 0));
    assertEquals(Outcome.ADDED, strict.answered(at(NodeId.random(random), "10.0.0.2"), 0));
  }

  @Test
  void aTableKeepsItsNodesUnderANewId() {
    List<Contact> all = new ArrayList<>();
    for (int bits = 0; bits < 20; bits++) {
      Contact contact = contact(bits, bits);
      all.add(contact);
      table.answered(contact, 0);
    }
    NodeId other = self.randomAtPrefix(6, random);
    table.moveTo(other, 1);
    assertEquals(other, table.self());
    for (Contact contact : table.contacts()) {
      assertTrue(all.contains(contact));
    }
    // Thirteen lie together now: eight have a place, the others wait for one.
    assertEquals(15, table.size());
    List<Contact> left = table.contacts();
    for (Contact contact : left) {
      table.failed(contact, 2);
      table.failed(contact, 3);
    }
    assertEquals(5, table.size());
  }

  @Test
  void theClosestAreThoseOfAllSorted() {
    for (int i = 0; i < 100; i++) {
      table.answered(new Contact(NodeId.random(random), address(i)), 0);
    }
    NodeId target = NodeId.random(random);
    List<Contact> sorted =
        table.contacts().stream()
            .sorted((a, b) -> target.compareDistance(a.id(), b.id()))
            .limit(8)
            .toList();
    assertEquals(sorted, table.closest(target, 8, any -> true));
  }

  @Test
  void aFailedNodeIsDoubtedBeforeASilentOne() {
    Contact silent = contact(1, 0);
    Contact failed = contact(2, 0);
    table.answered(silent, 0);
    table.answered(failed, TableEntry.GOOD_MILLIS);
    assertEquals(Optional.of(silent), table.mostDoubtful(TableEntry.GOOD_MILLIS));
    table.failed(failed, TableEntry.GOOD_MILLIS);
    assertEquals(Optional.of(failed), table.mostDoubtful(TableEntry.GOOD_MILLIS));
  }

  @Test
  void aBucketIsStaleOncePerInterval() {
    table.answered(contact(1, 0), 0);
    assertEquals(List.of(), table.takeStale(100, 99));
    assertEquals(List.of(0), table.takeStale(100, 100));
    assertEquals(List.of(), table.takeStale(100, 101));
    assertEquals(List.of(0), table.takeStale(100, 200));
  }
}
