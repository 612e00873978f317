package io.shoal.distribution;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// One plugin for each of the four places of a node.
record Combination(Part storage, Part transport, Part discovery, Part verification) {

  /// Every combination of the parts.
  static List<Combination> all(
      List<Part> storages,
      List<Part> transports,
      List<Part> discoveries,
      List<Part> verifications) {
    List<Combination> all = new ArrayList<>();
    for (Part storage : storages) {
      for (Part transport : transports) {
        for (Part discovery : discoveries) {
          for (Part verification : verifications) {
            all.add(new Combination(storage, transport, discovery, verification));
          }
        }
      }
    }
    return all;
  }

  /// Few of some combinations in which each two parts that are together in any of them are together
  /// in one: mistakes are mostly between two parts. The next one is always that with most pairs
  /// that are not there yet, the first of several.
  static List<Combination> pairwise(List<Combination> all) {
    Set<Set<Part>> missing = new LinkedHashSet<>();
    all.forEach(one -> missing.addAll(one.pairs()));
    List<Combination> chosen = new ArrayList<>();
    while (!missing.isEmpty()) {
      Combination best = all.getFirst();
      for (Combination one : all) {
        if (one.count(missing::contains) > best.count(missing::contains)) {
          best = one;
        }
      }
      chosen.add(best);
      missing.removeAll(best.pairs());
    }
    return chosen;
  }

  private long count(Predicate<Set<Part>> condition) {
    return pairs().stream().filter(condition).count();
  }

  List<Part> parts() {
    return List.of(storage, transport, discovery, verification);
  }

  /// Each two of its parts.
  List<Set<Part>> pairs() {
    return parts().stream()
        .flatMap(
            one ->
                parts().stream()
                    .filter(other -> one.kind().compareTo(other.kind()) < 0)
                    .map(other -> Set.of(one, other)))
        .toList();
  }

  /// The options of a command that runs with these parts, and with no other of their kinds.
  ///
  /// @param words what stands for the words in braces
  /// @param searching whether the node looks for another one
  List<String> options(Map<String, String> words, boolean searching) {
    return parts().stream().flatMap(part -> part.options(words, searching).stream()).toList();
  }

  boolean has(String id) {
    return Stream.of(storage, transport, discovery, verification).anyMatch(p -> p.id().equals(id));
  }

  @Override
  public String toString() {
    return storage + ", " + transport + ", " + discovery + ", " + verification;
  }
}
