package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
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
  void onlyTheClosestAreAskedAndFewAtATime() {
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
  void aSlowNodeGivesItsTurnToAnotherAndStillCountsWhenItAnswers() {
    List<Contact> seeds = contacts(0, 9);
    Lookup lookup = new Lookup(SELF, TARGET, seeds);
    Contact slow = lookup.next().getFirst();
    lookup.slow(slow);
    assertEquals(List.of(seeds.get(4)), lookup.next());
    lookup.answered(slow, List.of());
    assertEquals(List.of(slow), lookup.closestAnswered());
  }

  @Test
  void aSlowNodeHoldsTheEndUpOnlyIfNobodyAnswered() {
    List<Contact> seeds = contacts(0, 2);
    Lookup lookup = new Lookup(SELF, TARGET, seeds);
    lookup.next().forEach(lookup::slow);
    assertFalse(lookup.finished());
    lookup.answered(seeds.get(0), List.of());
    assertTrue(lookup.finished());
  }

  @Test
  void withNobodyToAskItEndsAtOnce() {
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
  void whoLeadsItAstrayDoesNotKeepItGoingForever() {
    Lookup lookup = new Lookup(SELF, TARGET, contacts(0, 1));
    int asked = 0;
    int bits = 1;
    for (List<Contact> next = lookup.next(); !next.isEmpty(); next = lookup.next()) {
      asked += next.size();
      for (Contact liar : next) {
        // Always somebody closer, as long as bits last, then ever new ids at the end.
        bits = Math.min(bits + 1, 150);
        lookup.answered(liar, List.of(contact(bits), contact(bits), contact(bits)));
      }
    }
    assertTrue(lookup.finished());
    assertTrue(asked <= Lookup.MAX_QUERIES, () -> asked(lookup));
  }

  private static String asked(Lookup lookup) {
    return lookup.queriesSent() + " queries";
  }
}
