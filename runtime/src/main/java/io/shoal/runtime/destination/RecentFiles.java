package io.shoal.runtime.destination;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is known of the files that were used last; of the others it can be asked for again. A
/// download can have a million files.
final class RecentFiles<T> extends LinkedHashMap<Path, T> {
  private static final long serialVersionUID = 1;

  private final int most;

  /// @param most of how many
  RecentFiles(int most) {
    super(16, 0.75f, true);
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<Path, T> eldest) {
    return size() > most;
  }
}
