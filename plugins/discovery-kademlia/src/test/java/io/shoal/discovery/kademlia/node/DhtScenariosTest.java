package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.testing.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a network of real nodes achieves, by the lower bound of the Wilson 95 % interval: five
/// hundred nodes and up to eight hundred searches a scenario here, ten thousand and twenty thousand
/// at full size, which also writes the tables of `dht-simulation.md`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DhtScenariosTest {
  private static final boolean FULL = Boolean.getBoolean("shoal.full");
  private static final long SEED = 20_260;
  private static final int NODES = FULL ? 10_000 : 500;
  private static final int LOOKUPS = FULL ? 20_000 : 800;

  /// Of scenarios with churn or colluders: their small figures need fewer.
  private static final int HARD_LOOKUPS = FULL ? LOOKUPS : LOOKUPS / 2;

  private final List<ScenarioOutcome> outcomes = new ArrayList<>();

  /// @param full what is promised of a network of ten thousand
  /// @param small what twenty times fewer searches in a small one can show
  private record Figure(double full, double small) {
    double here() {
      return FULL ? full : small;
    }
  }

  private ScenarioOutcome run(Scenario.Plan plan) {
    ScenarioOutcome outcome = Scenario.run(plan);
    outcomes.add(outcome);
    return outcome;
  }

  private void assertReached(Figure figure, Scenario.Plan plan) {
    ScenarioOutcome outcome = run(plan);
    assertTrue(outcome.found().lower() >= figure.here(), outcome::row);
  }

  private static Scenario.Plan calm(String name, int nodes, int lookups) {
    return Scenario.Plan.calm(name, SEED, nodes, lookups);
  }

  @Test
  void pathsInACalmNetworkGrowLogarithmically() {
    ScenarioOutcome small = run(calm("calm", NODES / 100, LOOKUPS));
    ScenarioOutcome medium = run(calm("calm", NODES / 10, LOOKUPS));
    ScenarioOutcome large = run(calm("calm", NODES, LOOKUPS));
    assertTrue(large.found().lower() >= new Figure(0.999, 0.995).here(), large::row);
    double firstStep = hops(medium) - hops(small);
    double secondStep = hops(large) - hops(medium);
    // Ten times the nodes cost the same few hops more, not ten times as many.
    assertTrue(secondStep <= firstStep + 0.5, () -> firstStep + ", then " + secondStep);
    assertTrue(messages(large) <= 2 * messages(medium), large::row);
  }

  private static double hops(ScenarioOutcome outcome) {
    return outcome.figures().hops().mean();
  }

  private static double messages(ScenarioOutcome outcome) {
    return outcome.figures().messages().mean();
  }

  @Test
  void keysStayFindableUnderChurnAndLoss() {
    // A few searching nodes are replaced before their search ends.
    int lookups = HARD_LOOKUPS + HARD_LOOKUPS / 100;
    assertReached(
        new Figure(0.99, 0.985),
        calm("churn, 5 % loss", NODES, lookups)
            .withChurn(0.5)
            .with(Simulation.Conditions.publicNetwork(0.05)));
  }

  private static Simulation.Conditions guarded(boolean enforceIds, int paths) {
    return Simulation.Conditions.publicNetwork(0).with(enforceIds, paths);
  }

  @Test
  void colludersHideLittleFromASearchOnOnePath() {
    assertReached(
        new Figure(0.95, 0.95),
        calm("20 % collude, one path", NODES, HARD_LOOKUPS).withHostile(0.2));
  }

  @Test
  void colludersHideLittleFromASearchOnFourPaths() {
    assertReached(
        new Figure(0.95, 0.95),
        calm("20 % collude, four disjoint paths", NODES, HARD_LOOKUPS)
            .withHostile(0.2)
            .with(guarded(false, 4)));
  }

  /// Without a figure to reach: a node that chooses its id owns the keys next to it.
  @Test
  void howMuchGroundIdsHideIsReported() {
    for (boolean enforceIds : List.of(false, true)) {
      String name = "20 % sit on the keys, ids " + (enforceIds ? "bound to addresses" : "free");
      ScenarioOutcome outcome =
          run(
              calm(name, NODES / 4, FULL ? LOOKUPS : LOOKUPS / 4)
                  .withGround(0.2)
                  .with(guarded(enforceIds, 1)));
      assertTrue(outcome.found().trials() > 0, outcome::row);
    }
  }

  @Test
  void theSamePlanGivesTheSameDatagrams() {
    Scenario.Plan plan =
        calm("all at once", 60, 50)
            .withChurn(5)
            .withHostile(0.2)
            .with(Simulation.Conditions.publicNetwork(0.05).withNat(0.3));
    ScenarioOutcome one = Scenario.run(plan);
    ScenarioOutcome same = Scenario.run(plan);
    assertEquals(one.datagrams(), same.datagrams());
    assertEquals(one.trace(), same.trace());
    assertEquals(one.found(), same.found());
  }

  @AfterAll
  void report() throws IOException {
    StringBuilder out = new StringBuilder(ScenarioOutcome.HEADER);
    outcomes.forEach(outcome -> out.append(outcome.row()));
    out.append('\n');
    outcomes.forEach(outcome -> out.append(outcome.footnote()));
    Files.writeString(Path.of("target", "dht-simulation.md"), out);
    System.out.println(out);
  }
}
