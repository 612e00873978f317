package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.Quoted;
import java.util.ArrayList;
import java.util.List;

/// The lines for the user about entries that are not written, each with the reason. Confined to one
/// thread.
public final class LeftOut {
  /// Enough for a reader, where a stranger's folder may have a million such entries.
  private static final int MAX_LINES = 1_000;

  private final List<String> lines = new ArrayList<>(0);
  private int more;

  void add(String path, String reason) {
    if (lines.size() == MAX_LINES) {
      more++;
    } else {
      lines.add(Quoted.of(path) + ": " + reason);
    }
  }

  /// Adds an entry whose name the destination cannot hold, with the way to get it.
  public void addName(String path, Cid cid, String reason) {
    if (lines.size() == MAX_LINES) {
      // Only counted: no text is made for it.
      more++;
    } else {
      add(path, "%s; 'shoal get %s -o NAME' gives it another".formatted(reason, cid));
    }
  }

  public List<String> lines() {
    if (more > 0) {
      List<String> all = new ArrayList<>(lines);
      all.add("%,d entries more".formatted(more));
      return List.copyOf(all);
    }
    return List.copyOf(lines);
  }
}
