package io.shoal.discovery.kademlia.node;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/// What became of the searches of a scenario. Holds figures alone: the network may be forgotten.
///
/// @param replaced nodes that left and were replaced
/// @param datagramsPerNodeSecond sent while searches ran, maintenance included
/// @param trace differs if anything did
/// @param simulated time
/// @param taken on the clock of this machine
/// @param processor time of this process, the compiler's and the collector's included
record ScenarioOutcome(
    Scenario.Plan plan,
    Figures figures,
    int replaced,
    double datagramsPerNodeSecond,
    long datagrams,
    long trace,
    Duration simulated,
    Duration taken,
    Duration processor) {

  static final String HEADER =
      """
      | scenario | nodes | lookups | found (Wilson 95 %) | hops | messages | ms until found | ms until the end |
      | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  /// What the searches took.
  ///
  /// @param found how many found a true provider; those whose seeker left before their end do not
  ///   count
  /// @param hops of those that found it
  /// @param messages of those that ended
  record Figures(
      Proportion found,
      Sample hops,
      Sample messages,
      Sample millisUntilFound,
      Sample millisUntilEnd) {
    static Figures of(List<Search> searches) {
      List<Search> counted =
          searches.stream().filter(s -> s.isEnded() || s.seeker().isLive()).toList();
      long found = counted.stream().filter(s -> s.isFound() && s.isEnded()).count();
      return new Figures(
          new Proportion((int) found, counted.size()),
          sample(searches, Search::isFound, Search::hops),
          sample(searches, Search::isEnded, Search::messages),
          sample(searches, Search::isFound, Search::millisUntilFound),
          sample(searches, Search::isEnded, Search::millisUntilEnd));
    }

    private static Sample sample(
        List<Search> searches, Predicate<Search> which, ToLongFunction<Search> what) {
      Sample sample = new Sample();
      searches.stream().filter(which).mapToLong(what).forEach(sample::add);
      return sample;
    }
  }

  Proportion found() {
    return figures.found();
  }

  /// The line under [#HEADER].
  String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %,d | %,d | %s | %s | %s | %s | %s |%n",
        plan.name(),
        plan.nodes(),
        found().trials(),
        found(),
        figures.hops(),
        figures.messages(),
        figures.millisUntilFound(),
        figures.millisUntilEnd());
  }

  /// How it was made.
  String footnote() {
    return String.format(
        Locale.ROOT,
        "* %s, %,d nodes: seed %d, %,d datagrams in %s of simulated time (%.2f a node and second"
            + " while searches ran), %,d nodes replaced, trace %016x; took %d s, %d s of processor"
            + " time%n",
        plan.name(),
        plan.nodes(),
        plan.seed(),
        datagrams,
        simulated.truncatedTo(ChronoUnit.SECONDS).toString().substring(2),
        datagramsPerNodeSecond,
        replaced,
        trace,
        taken.toSeconds(),
        processor.toSeconds());
  }
}
