package io.shoal.runtime.plugin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The objects that the extensions of one plugin share. Thread-safe.
final class SharedObjects {
  private final Map<Class<?>, AutoCloseable> byType = new LinkedHashMap<>();

  synchronized <T extends AutoCloseable> T get(Class<T> type, Supplier<T> maker) {
    AutoCloseable known = byType.get(type);
    if (known == null) {
      known = maker.get();
      byType.put(type, known);
    }
    return type.cast(known);
  }

  /// Takes all of them out, the last made first.
  synchronized List<AutoCloseable> takeAll() {
    List<AutoCloseable> all = new ArrayList<>(byType.values()).reversed();
    byType.clear();
    return all;
  }
}
