package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.testing.Simulation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/// One experiment: a network grows, nodes announce keys, others search them, and it is counted what
/// became of the searches. The same plan gives the same outcome, datagram for datagram.
final class Scenario {
  /// Where providers say that they serve.
  private static final int PROVIDER_PORT = 4600;

  /// By which part the network grows in a step, so that it is ever as busy with newcomers: twice as
  /// many nodes every 14 seconds. The first node of a newcomer has mostly found its own place by
  /// then.
  private static final int GROWTH_PART = 40;

  /// Colluders for each key on which they sit.
  private static final int COLLUDERS_PER_KEY = 20;

  private static final Duration GROWTH_STEP = Duration.ofMillis(500);

  /// Until the last newcomers have looked twice.
  private static final Duration SETTLING = Duration.ofMinutes(1);

  private static final Duration ANNOUNCING = Duration.ofSeconds(30);
  private static final Duration DRAINING = Duration.ofMinutes(1);
  private static final double MILLIS_PER_HOUR = 3_600_000;

  /// @param name what it shows
  /// @param nodes honest ones at any time
  /// @param keys searched, each announced by one node
  /// @param lookups how many searches
  /// @param span over which time the searches are spread
  /// @param replacedPerHour the share of nodes that leave without a word in an hour, each replaced
  ///   by a new one at once
  /// @param hostileShare the share of all members that collude, see [Collusion]
  /// @param ground whether their ids are ground to sit on the keys rather than random
  record Plan(
      String name,
      long seed,
      int nodes,
      int keys,
      int lookups,
      Duration warmUp,
      Duration span,
      double replacedPerHour,
      double hostileShare,
      boolean ground,
      Simulation.Conditions conditions) {

    /// Ten searches a key or more, over five minutes.
    static Plan calm(String name, long seed, int nodes, int lookups) {
      return new Plan(
          name,
          seed,
          nodes,
          Math.min(lookups / 10, nodes / 2),
          lookups,
          Duration.ZERO,
          Duration.ofMinutes(5),
          0,
          0,
          false,
          Simulation.Conditions.publicNetwork(0));
    }

    /// Churn for ten minutes before the first search and twenty during them, so that each key is
    /// renewed: what is found at the end was announced at nodes of which many are gone.
    Plan withChurn(double share) {
      return new Plan(
          name,
          seed,
          nodes,
          keys,
          lookups,
          Duration.ofMinutes(10),
          Duration.ofMinutes(15),
          share,
          hostileShare,
          ground,
          conditions);
    }

    Plan withHostile(double share) {
      return with(share, ground, conditions);
    }

    /// Colluders sit on the keys, so many on each that theirs are the closest by far.
    Plan withGround(double share) {
      int few = Math.max(1, (int) (nodes * share / COLLUDERS_PER_KEY));
      return new Plan(
          name, seed, nodes, few, lookups, warmUp, span, replacedPerHour, share, true, conditions);
    }

    Plan with(Simulation.Conditions other) {
      return with(hostileShare, ground, other);
    }

    private Plan with(double share, boolean areGround, Simulation.Conditions other) {
      return new Plan(
          name, seed, nodes, keys, lookups, warmUp, span, replacedPerHour, share, areGround, other);
    }
  }

  private final Plan plan;
  private final Simulation simulation;
  private final Map<Simulation.Peer, NodeId> keysOf = new HashMap<>();
  private final List<Simulation.Peer> providers = new ArrayList<>();
  private final Queue<NodeId> drawn = new ArrayDeque<>();
  private final List<Search> searches = new ArrayList<>();
  private final Optional<Collusion> collusion;
  private int replaced;

  private Scenario(Plan plan) {
    this.plan = plan;
    this.simulation = new Simulation(plan.seed(), plan.conditions());
    this.collusion =
        plan.hostileShare() > 0
            ? Optional.of(
                new Collusion(
                    simulation,
                    plan.ground() ? keys() : List.of(),
                    plan.conditions().settings().routing().ids() == AddressRules.Ids.REQUIRED))
            : Optional.empty();
  }

  /// Draws the keys before any node is there, for colluders to sit on.
  private List<NodeId> keys() {
    for (int i = 0; i < plan.keys(); i++) {
      drawn.add(NodeId.random(simulation.random()));
    }
    return List.copyOf(drawn);
  }

  static ScenarioOutcome run(Plan plan) {
    long started = System.nanoTime();
    Duration busy = processorTime();
    Scenario scenario = new Scenario(plan);
    scenario.grow();
    scenario.replaceNodes();
    for (int i = 0; i < plan.keys(); i++) {
      scenario.announceSomething(scenario.idleNode());
    }
    scenario.simulation.run(ANNOUNCING);
    scenario.simulation.run(plan.warmUp());
    long before = scenario.simulation.datagrams();
    scenario.search();
    scenario.simulation.run(DRAINING);
    double nodeSeconds = (double) plan.nodes() * plan.span().plus(DRAINING).toSeconds();
    return new ScenarioOutcome(
        plan,
        ScenarioOutcome.Figures.of(scenario.searches),
        scenario.replaced,
        (scenario.simulation.datagrams() - before) / nodeSeconds,
        scenario.simulation.datagrams(),
        scenario.simulation.trace(),
        Duration.ofMillis(scenario.simulation.nowMillis()),
        Duration.ofNanos(System.nanoTime() - started),
        processorTime().minus(busy));
  }

  /// Of this process so far: on a machine that does much else, what the clock says is worth little.
  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private void grow() {
    double hostilePerHonest = plan.hostileShare() / (1 - plan.hostileShare());
    while (simulation.liveNodes() < plan.nodes()) {
      int newcomers =
          Math.min(1 + simulation.liveNodes() / GROWTH_PART, plan.nodes() - simulation.liveNodes());
      for (int i = 0; i < newcomers; i++) {
        simulation.join();
      }
      collusion.ifPresent(c -> c.growTo((int) (simulation.liveNodes() * hostilePerHonest)));
      simulation.run(GROWTH_STEP);
    }
    simulation.run(SETTLING);
  }

  private Simulation.Peer idleNode() {
    Simulation.Peer peer;
    do {
      peer = simulation.anyLive();
    } while (keysOf.containsKey(peer));
    return peer;
  }

  private void announceSomething(Simulation.Peer provider) {
    NodeId key = drawn.isEmpty() ? NodeId.random(simulation.random()) : drawn.remove();
    keysOf.put(provider, key);
    List<Announcer.Place> places = List.of(new Announcer.Place(PROVIDER_PORT, Optional.empty()));
    provider.act(
        () ->
            provider
                .node()
                .announce(
                    key,
                    places,
                    // Searched from the moment on at which the provider believes to be announced.
                    ports -> providers.add(provider),
                    simulation.nowMillis()));
  }

  /// Replaces nodes at random times from now on.
  private void replaceNodes() {
    if (plan.replacedPerHour() > 0) {
      double meanMillis = MILLIS_PER_HOUR / (plan.nodes() * plan.replacedPerHour());
      simulation.after(exponential(meanMillis), this::replaceOne);
    }
  }

  private void replaceOne() {
    Simulation.Peer leaving = simulation.anyLive();
    simulation.kill(leaving);
    replaced++;
    Simulation.Peer newcomer = simulation.join();
    // A node that leaves takes the content it provided along: no search could find that. A newcomer
    // brings something new.
    providers.remove(leaving);
    if (keysOf.remove(leaving) != null) {
      announceSomething(newcomer);
    }
    replaceNodes();
  }

  private Duration exponential(double meanMillis) {
    return Duration.ofMillis(
        Math.round(-meanMillis * Math.log(1 - simulation.random().nextDouble())));
  }

  private void search() {
    double meanMillis = (double) plan.span().toMillis() / plan.lookups();
    long start = simulation.nowMillis();
    for (int i = 1; i <= plan.lookups(); i++) {
      long next = start + Math.round(i * meanMillis);
      simulation.run(Duration.ofMillis(next - simulation.nowMillis()));
      searchOne();
    }
  }

  private void searchOne() {
    Simulation.Peer provider = providers.get(simulation.random().nextInt(providers.size()));
    Simulation.Peer seeker;
    do {
      seeker = simulation.anyLive();
    } while (seeker == provider);
    InetSocketAddress place = new InetSocketAddress(provider.address().getAddress(), PROVIDER_PORT);
    searches.add(Search.start(simulation, seeker, keysOf.get(provider), place));
  }
}
