package io.shoal.discovery.kademlia;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What became of the searches of a scenario.
///
/// @param replaced nodes that left and were replaced
/// @param datagramsPerNodeSecond sent while searches ran, upkeep included
/// @param trace differs if anything did
/// @param simulated time
/// @param taken on the clock of this machine
record ScenarioOutcome(
    Scenario.Plan plan,
    List<Search> searches,
    int replaced,
    double datagramsPerNodeSecond,
    long datagrams,
    long trace,
    Duration simulated,
    Duration taken) {

  static final String HEADER =
      """
      | scenario | nodes | lookups | found a true provider (Wilson 95 %) | hops, mean / p95 | messages, mean / p95 | ms until found, mean / p95 | ms until the end, mean / p95 |
      | --- | --- | --- | --- | --- | --- | --- | --- |
      """;

  /// Searches whose seeker left before their end are nobody's: they do not count.
  Proportion found() {
    int counted = 0;
    int found = 0;
    for (Search search : searches) {
      if (search.isEnded() || search.seeker().isLive()) {
        counted++;
        found += search.isFound() && search.isEnded() ? 1 : 0;
      }
    }
    return new Proportion(found, counted);
  }

  Sample hops() {
    Sample sample = new Sample();
    searches.stream().filter(Search::isFound).forEach(search -> sample.add(search.hops()));
    return sample;
  }

  Sample messages() {
    Sample sample = new Sample();
    searches.stream().filter(Search::isEnded).forEach(search -> sample.add(search.messages()));
    return sample;
  }

  Sample millisUntilFound() {
    Sample sample = new Sample();
    searches.stream()
        .filter(Search::isFound)
        .forEach(search -> sample.add(search.millisUntilFound()));
    return sample;
  }

  Sample millisUntilEnd() {
    Sample sample = new Sample();
    searches.stream()
        .filter(Search::isEnded)
        .forEach(search -> sample.add(search.millisUntilEnd()));
    return sample;
  }

  /// The line under [#HEADER].
  String row() {
    return "| %s | %,d | %,d | %s | %s | %s | %s | %s |%n"
        .formatted(
            plan.name(),
            plan.nodes(),
            found().trials(),
            found(),
            hops(),
            messages(),
            millisUntilFound(),
            millisUntilEnd());
  }

  /// How it was made.
  String footnote() {
    return String.format(
        Locale.ROOT,
        "* %s: seed %d, %,d datagrams in %s of simulated time (%.2f a node and second while"
            + " searches ran), %,d nodes replaced, trace %016x; took %d s%n",
        plan.name(),
        plan.seed(),
        datagrams,
        simulated.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString().substring(2),
        datagramsPerNodeSecond,
        replaced,
        trace,
        taken.toSeconds());
  }
}
