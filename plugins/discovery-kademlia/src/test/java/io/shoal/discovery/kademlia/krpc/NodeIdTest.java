package io.shoal.discovery.kademlia.krpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NodeIdTest {
  private static final int ROUNDS = 2_000;
  private final RandomGenerator random = new SplittableRandom(9);

  private static BigInteger number(NodeId id) {
    return new BigInteger(1, id.bytes().toArray());
  }

  @Test
  void distancesCompareAsTheNumbersDo() {
    for (int i = 0; i < ROUNDS; i++) {
      NodeId target = NodeId.random(random);
      // Long common prefixes too, so that every part of the id decides sometimes.
      NodeId a = target.randomAtPrefix(random.nextInt(NodeId.SIZE_BITS), random);
      NodeId b = a.randomAtPrefix(random.nextInt(NodeId.SIZE_BITS), random);
      int due = number(target).xor(number(a)).compareTo(number(target).xor(number(b)));
      assertEquals(due, Integer.signum(target.compareDistance(a, b)));
      assertEquals(number(a).compareTo(number(b)), Integer.signum(a.compareTo(b)));
    }
  }

  @Test
  void aRandomIdSharesExactlyTheWantedBits() {
    NodeId id = NodeId.random(random);
    for (int bits = 0; bits < NodeId.SIZE_BITS; bits++) {
      assertEquals(bits, id.commonPrefixBits(id.randomAtPrefix(bits, random)));
    }
    assertEquals(NodeId.SIZE_BITS, id.commonPrefixBits(id));
  }

  @Test
  void bytesAreReadBack() {
    NodeId id = NodeId.random(random);
    assertEquals(id, NodeId.of(id.bytes().toArray(), 0));
    assertEquals(id.toString(), id.bytes().toString());
  }
}
