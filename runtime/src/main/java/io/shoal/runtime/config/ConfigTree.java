package io.shoal.runtime.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A configuration as it was written: sections, lists and texts, each with its line.
public sealed interface ConfigTree {

  /// The line of a value that did not come from a file.
  int NO_LINE = 0;

  /// The line in the file, from 1; [#NO_LINE] if it did not come from one.
  int line();

  /// Keys with what is under them.
  record Section(Map<String, ConfigTree> children, int line) implements ConfigTree {

    /// A configuration in which nothing is set.
    public static final Section EMPTY = new Section(Map.of(), NO_LINE);

    public Section {
      children = Collections.unmodifiableMap(new LinkedHashMap<>(children));
    }

    /// The same section with `value` at the end of `path`; a value that is there, or on the way, is
    /// replaced.
    public Section with(List<String> path, ConfigTree value) {
      Map<String, ConfigTree> changed = new LinkedHashMap<>(children);
      String key = path.getFirst();
      if (path.size() == 1) {
        changed.put(key, value);
      } else {
        Section below = changed.get(key) instanceof Section section ? section : EMPTY;
        changed.put(key, below.with(path.subList(1, path.size()), value));
      }
      return new Section(changed, line);
    }
  }

  /// A single value, not parsed yet.
  record Text(String value, int line) implements ConfigTree {}

  /// Several values.
  record Listing(List<String> values, int line) implements ConfigTree {

    public Listing {
      values = List.copyOf(values);
    }
  }
}
