package io.shoal.api;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Compares two printed forms of the API.
final class SurfaceChanges {

  /// A change that nobody reads to its end needs no more lines.
  private static final int MOST_LINES = 100;

  private SurfaceChanges() {}

  /// What is gone (`-`) and new (`+`), each line with the type that it belongs to; empty if the two
  /// are the same.
  static List<String> between(String before, String after) {
    if (before.equals(after)) {
      return List.of();
    }
    Set<String> old = qualified(before);
    Set<String> now = qualified(after);
    List<String> changes = new ArrayList<>();
    old.stream().filter(line -> !now.contains(line)).forEach(line -> changes.add("- " + line));
    now.stream().filter(line -> !old.contains(line)).forEach(line -> changes.add("+ " + line));
    if (changes.isEmpty()) {
      changes.add("the same lines in another order");
      var was = old.iterator();
      now.stream().filter(line -> !line.equals(was.next())).forEach(changes::add);
    }
    return changes.subList(0, Math.min(changes.size(), MOST_LINES));
  }

  /// Each line after those around it, by its indentation.
  private static Set<String> qualified(String text) {
    Set<String> lines = new LinkedHashSet<>();
    Deque<String> around = new ArrayDeque<>();
    for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
      int depth = (line.length() - line.stripLeading().length()) / 2;
      while (around.size() > depth) {
        around.removeLast();
      }
      around.addLast(line.strip());
      lines.add(String.join(": ", around));
    }
    return lines;
  }
}
