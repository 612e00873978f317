package io.shoal.storage.filesystem;

import io.shoal.storage.filesystem.disk.SimulatedDisk;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Counts at which step of which operation which fault struck.
final class StrikeTable {
  private record Place(String operation, SimulatedDisk.Step step) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
      int byOperation = operation.compareTo(other.operation);
      return byOperation != 0 ? byOperation : step.compareTo(other.step);
    }
  }

  private final Map<Place, Map<SimulatedDisk.Fault, Integer>> counts = new TreeMap<>();
  private long all;

  void count(SimulatedDisk.Strike strike, String operation) {
    all++;
    counts
        .computeIfAbsent(
            new Place(operation, strike.step()), any -> new EnumMap<>(SimulatedDisk.Fault.class))
        .merge(strike.fault(), 1, Integer::sum);
  }

  void add(StrikeTable other) {
    all += other.all;
    other.counts.forEach(
        (place, faults) -> {
          Map<SimulatedDisk.Fault, Integer> sums =
              counts.computeIfAbsent(place, any -> new EnumMap<>(SimulatedDisk.Fault.class));
          faults.forEach((fault, count) -> sums.merge(fault, count, Integer::sum));
        });
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("%,d faults struck:%n".formatted(all));
    text.append("| while | at a | stop | tear | fail | full | drop | flip |\n");
    text.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    counts.forEach(
        (place, faults) -> {
          String step = place.step().name().toLowerCase(Locale.ROOT).replace('_', ' ');
          text.append("| ").append(place.operation()).append(" | ").append(step).append(" |");
          for (SimulatedDisk.Fault fault : SimulatedDisk.Fault.values()) {
            int count = faults.getOrDefault(fault, 0);
            text.append(String.format(Locale.ROOT, " %s |", count == 0 ? "–" : "" + count));
          }
          text.append('\n');
        });
    return text.toString();
  }
}
