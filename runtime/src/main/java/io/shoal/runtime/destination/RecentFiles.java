package io.shoal.runtime.destination;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is known of the files that were used last; of the others it can be asked for again. A
/// download can have a million files.
final class RecentFiles<T> extends LinkedHashMap<Path, T> {
  private static final long serialVersionUID = 1;

  /// As many as are open at once.
  private static final int MOST = PartFiles.MAX_OPEN;

  RecentFiles() {
    super(16, 0.75f, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<Path, T> eldest) {
    return size() > MOST;
  }
}
