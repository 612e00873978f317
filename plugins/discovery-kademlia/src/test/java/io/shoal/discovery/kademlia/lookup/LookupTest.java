package io.shoal.discovery.kademlia.lookup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.Density;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LookupTest {
  private static final NodeId SELF = NodeId.random(new SplittableRandom(0));
  private static final NodeId TARGET = NodeId.random(new SplittableRandom(1));

  private final RandomGenerator random = new SplittableRandom(3);

  /// A contact that shares so many bits with the target: the more, the closer.
  private Contact contact(int bits) {
    return new Contact(
        TARGET.randomAtPrefix(bits, random),
        new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + (bits + 1)), 6881));
  }

  private List<Contact> contacts(int from, int to) {
    return IntStream.range(from, to).mapToObj(this::contact).toList();
  }

  @Test
  void onlyAFewOfTheClosestAreAsked() {
    List<Contact> seeds = contacts(0, 10);
    Lookup lookup = new Lookup(SELF, TARGET, seeds);
    assertEquals(seeds.reversed().subList(0, Lookup.PARALLELISM), lookup.next());
    assertEquals(List.of(), lookup.next());
  }

  @Test
  void itEndsWhenTheClosestEightHaveAnswered() {
    Lookup lookup = new Lookup(SELF, TARGET, contacts(0, 20));
    int asked = 0;
    for (List<Contact> next = lookup.next(); !next.isEmpty(); next = lookup.next()) {
      assertFalse(lookup.finished());
      next.forEach(c -> lookup.answered(c, List.of()));
      asked += next.size();
    }
    assertTrue(lookup.finished());
    assertEquals(Lookup.CLOSEST, asked);
    assertEquals(Lookup.CLOSEST, lookup.closestAnswered().size());
  }

  @Test
  void closerContactsAreAskedFirst() {
    Lookup lookup = new Lookup(SELF, TARGET, contacts(0, 5));
    Contact near = contact(40);
    lookup.answered(lookup.next().getFirst(), List.of(near));
    assertEquals(List.of(near), lookup.next());
  }

  @Test
  void aSlowNodeIsReplacedButStillCounts() {
    List<Contact> seeds = contacts(0, 9);
    Lookup lookup = new Lookup(SELF, TARGET, seeds);
    Contact slow = lookup.next().getFirst();
    lookup.slow(slow);
    assertEquals(List.of(seeds.get(4)), lookup.next());
    lookup.answered(slow, List.of());
    assertEquals(List.of(slow), lookup.closestAnswered());
  }

  @Test
  void aSlowNodeDelaysOnlyAnUnansweredLookup() {
    List<Contact> seeds = contacts(0, 2);
    Lookup lookup = new Lookup(SELF, TARGET, seeds);
    lookup.next().forEach(lookup::slow);
    assertFalse(lookup.finished());
    lookup.answered(seeds.get(0), List.of());
    assertTrue(lookup.finished());
  }

  @Test
  void aLookupWithoutSeedsEndsAtOnce() {
    Lookup lookup = new Lookup(SELF, TARGET, List.of());
    assertEquals(List.of(), lookup.next());
    assertTrue(lookup.finished());
  }

  @Test
  void itNeverAsksItself() {
    Lookup lookup = new Lookup(SELF, TARGET, List.of(new Contact(SELF, contact(0).address())));
    assertEquals(List.of(), lookup.next());
  }

  @Test
  void aLookupLedAstrayStillEnds() {
    Lookup lookup = new Lookup(SELF, TARGET, contacts(0, 1));
    int asked = 0;
    int bits = 1;
    for (List<Contact> next = lookup.next(); !next.isEmpty(); next = lookup.next()) {
      asked += next.size();
      for (Contact liar : next) {
        // Always a closer node, as long as bits last, then ever new ids at the end.
        bits = Math.min(bits + 1, 150);
        lookup.answered(liar, List.of(contact(bits), contact(bits), contact(bits)));
      }
    }
    assertTrue(lookup.finished());
    assertTrue(asked <= Lookup.MAX_QUERIES, asked + " queries");
  }

  @Test
  void implausiblyDistantNodesDoNotHideCloserOnes() {
    // Colluders at 2^-5, which name no other nodes, and a far honest node, which knows the closest.
    List<Contact> colluders = atPrefix(5, 100, 8);
    Contact far = atPrefix(1, 200, 1).getFirst();
    List<Contact> closest = atPrefix(9, 300, 8);
    List<Contact> seeds = new ArrayList<>(colluders);
    seeds.add(far);
    Lookup lookup =
        new Lookup(SELF, TARGET, seeds, AddressRules.none(), Lookup.Share.ofAll(0x1p-7));
    for (List<Contact> ask = lookup.next(); !lookup.finished(); ask = lookup.next()) {
      ask.forEach(c -> lookup.answered(c, c.equals(far) ? closest : colluders));
    }
    assertEquals(Set.copyOf(closest), Set.copyOf(lookup.closestAnswered()));
    assertEquals(lookup.closestAnswered(), lookup.holders());
  }

  @Test
  void implausiblyDistantHoldersAreDoubled() {
    Lookup lookup =
        new Lookup(
            SELF, TARGET, atPrefix(2, 100, 60), AddressRules.none(), Lookup.Share.ofAll(0x1p-7));

    int asked = run(lookup);

    assertEquals(Lookup.MAX_LIVE, asked);
    assertEquals(2 * Lookup.CLOSEST, lookup.holders().size());
  }

  private List<Contact> atPrefix(int bits, int from, int count) {
    List<Contact> out = new ArrayList<>();
    for (int i = from; i < from + count; i++) {
      out.add(
          new Contact(
              TARGET.randomAtPrefix(bits, random),
              new InetSocketAddress(
                  InetAddress.ofLiteral("10.1." + (i >> 8) + "." + (i & 255)), 6881)));
    }
    return out;
  }

  private Lookup guarded(List<Contact> seeds, boolean onePerNetwork, boolean boundIds) {
    AddressRules.Ids ids = boundIds ? AddressRules.Ids.REQUIRED : AddressRules.Ids.ANY;
    return new Lookup(SELF, TARGET, seeds, new AddressRules(onePerNetwork, ids), Lookup.Share.ALL);
  }

  /// Answers every query with nothing.
  ///
  /// @return how many there were
  private static int run(Lookup lookup) {
    int asked = 0;
    for (List<Contact> next = lookup.next(); !next.isEmpty(); next = lookup.next()) {
      next.forEach(c -> lookup.answered(c, List.of()));
      asked += next.size();
    }
    assertTrue(lookup.finished());
    return asked;
  }

  private static LookupEnd end(Lookup lookup) {
    run(lookup);
    return lookup.end();
  }

  private Contact globalContact(int bits, String host) {
    return new Contact(
        TARGET.randomAtPrefix(bits, random),
        new InetSocketAddress(InetAddress.ofLiteral(host), 6881));
  }

  @Test
  void itSaysWhyItEnded() {
    assertEquals(LookupEnd.ENOUGH, end(new Lookup(SELF, TARGET, contacts(0, 20))));
    assertEquals(LookupEnd.EXHAUSTED, end(new Lookup(SELF, TARGET, contacts(0, 7))));
    assertEquals(LookupEnd.NOBODY_ANSWERED, end(new Lookup(SELF, TARGET, List.of())));
    Lookup silent = new Lookup(SELF, TARGET, contacts(0, 3));
    silent.next().forEach(silent::failed);
    assertEquals(LookupEnd.NOBODY_ANSWERED, silent.end());
    Lookup bounded =
        new Lookup(
            SELF,
            TARGET,
            contacts(0, 20),
            AddressRules.none(),
            new Lookup.Share(Lookup.PARALLELISM, 2, any -> true, Density.UNKNOWN));
    assertEquals(LookupEnd.LIMIT_REACHED, end(bounded));
  }

  @Test
  void everyCloserNodeWasAskedAtTheEnd() {
    for (int round = 0; round < 200; round++) {
      List<Contact> all = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        all.add(contact(random.nextInt(100)));
      }
      Lookup lookup = new Lookup(SELF, TARGET, all.subList(0, 8));
      Set<Contact> named = new HashSet<>(all.subList(0, 8));
      Set<NodeId> asked = new HashSet<>();
      List<Contact> open = new ArrayList<>(lookup.next());
      while (!lookup.finished()) {
        Contact next = open.remove(random.nextInt(open.size()));
        asked.add(next.id());
        switch (random.nextInt(4)) {
          case 0 -> lookup.failed(next);
          case 1 -> lookup.slow(next);
          default -> {
            List<Contact> closer =
                IntStream.range(0, 8).mapToObj(i -> all.get(random.nextInt(60))).toList();
            named.addAll(closer);
            lookup.answered(next, closer);
          }
        }
        open.addAll(lookup.next());
        if (open.isEmpty()) {
          break;
        }
      }
      if (lookup.end() == LookupEnd.ENOUGH) {
        NodeId farthest = lookup.closestAnswered().getLast().id();
        assertTrue(
            named.stream()
                .filter(c -> TARGET.compareDistance(c.id(), farthest) < 0)
                .allMatch(c -> asked.contains(c.id())));
      }
    }
  }

  @Test
  void aNetworkHasOnePlaceAmongTheClosest() {
    List<Contact> seeds = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      seeds.add(globalContact(60 + i, "20.0.0." + (i + 1)));
    }
    Contact other = globalContact(3, "20.0.1.1");
    seeds.add(other);
    Contact local = contact(2);
    seeds.add(local);
    Lookup lookup = guarded(seeds, true, false);

    int asked = run(lookup);

    assertEquals(List.of(seeds.get(19), other, local), lookup.closestAnswered());
    assertEquals(3, asked);
  }

  @Test
  void anotherNodeOfANetworkReplacesAFailedOne() {
    Contact near = globalContact(50, "20.0.0.1");
    Contact far = globalContact(40, "20.0.0.2");
    Lookup lookup = guarded(List.of(near, far), true, false);
    assertEquals(List.of(near), lookup.next());
    lookup.failed(near);
    assertEquals(List.of(far), lookup.next());
  }

  @Test
  void nodesWithInvalidIdsDoNotCount() {
    List<Contact> seeds = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      seeds.add(globalContact(60 + i, "20.0." + i + ".1"));
    }
    InetAddress host = InetAddress.ofLiteral("21.0.0.1");
    Contact valid = new Contact(BoundId.of(host, random), new InetSocketAddress(host, 6881));
    seeds.add(valid);
    Lookup lookup = guarded(seeds, false, true);

    int asked = run(lookup);

    assertEquals(List.of(valid), lookup.closestAnswered());
    assertEquals(Lookup.MAX_UNCOUNTED_QUERIES + 1, asked);
    assertEquals(LookupEnd.EXHAUSTED, lookup.end());
  }
}
