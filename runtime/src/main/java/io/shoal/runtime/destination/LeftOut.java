package io.shoal.runtime.destination;

import io.shoal.api.Cid;
import io.shoal.api.Quoted;
import java.util.ArrayList;
import java.util.List;

/// The lines for the user about what a destination cannot hold, each with the reason and the way to
/// get it. Confined to one thread.
final class LeftOut {
  /// Enough for a reader, where a stranger's folder may have a million such names.
  private static final int MAX_LINES = 1_000;

  private final List<String> lines = new ArrayList<>(0);
  private int more;

  void add(String path, Cid cid, String reason) {
    if (lines.size() == MAX_LINES) {
      more++;
    } else {
      lines.add(
          "%s: %s; 'shoal get %s -o NAME' gives it another"
              .formatted(Quoted.of(path), reason, cid));
    }
  }

  List<String> lines() {
    if (more > 0) {
      List<String> all = new ArrayList<>(lines);
      all.add("%,d entries more".formatted(more));
      return List.copyOf(all);
    }
    return List.copyOf(lines);
  }
}
