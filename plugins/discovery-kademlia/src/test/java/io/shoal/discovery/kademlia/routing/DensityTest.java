package io.shoal.discovery.kademlia.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DensityTest {
  private static final int NODES = 1_000;

  private final RandomGenerator random = new SplittableRandom(14);
  private final List<NodeId> honest = ids(NODES - NODES / 5);
  private final List<NodeId> colluders = ids(NODES / 5);
  private final List<NodeId> all = Stream.concat(honest.stream(), colluders.stream()).toList();

  private List<NodeId> ids(int count) {
    return Stream.generate(() -> NodeId.random(random)).limit(count).toList();
  }

  /// A lookup that learns only of these ends so.
  private static NodeId eighth(NodeId target, List<NodeId> of) {
    return of.stream().sorted(target::compareDistance).skip(7).findFirst().orElseThrow();
  }

  private double radius(List<NodeId> known) {
    Density density = new Density();
    for (int i = 0; i < Density.MAX_SAMPLES; i++) {
      NodeId target = NodeId.random(random);
      density.ended(target, eighth(target, known));
    }
    return density.plausibleRadius(1);
  }

  /// How many of a hundred targets end within the radius.
  private int plausible(double radius, List<NodeId> known) {
    int count = 0;
    for (int i = 0; i < 100; i++) {
      NodeId target = NodeId.random(random);
      count += target.distancePart(eighth(target, known)) <= radius ? 1 : 0;
    }
    return count;
  }

  @Test
  void anHonestLookupIsHardlyEverImplausible() {
    double radius = radius(all);
    assertTrue(plausible(radius, all) >= 90, () -> "radius " + radius);
  }

  @Test
  void aFifthOfTheNodesHardlyEverPasses() {
    double radius = radius(all);
    assertTrue(plausible(radius, colluders) <= 10, () -> "radius " + radius);
  }

  @Test
  void anHonestNeighbourhoodOutweighsLookupsLedAstray() {
    Density density = new Density();
    for (int i = 0; i < Density.MAX_SAMPLES; i++) {
      NodeId target = NodeId.random(random);
      density.ended(target, eighth(target, colluders));
    }
    assertEquals(Density.TOLERANCE * 0.008, density.plausibleRadius(0.008), 1e-9);
  }

  @Test
  void beforeAnythingIsKnownEverythingIsPlausible() {
    assertEquals(Density.UNKNOWN, new Density().plausibleRadius(1));
  }
}
