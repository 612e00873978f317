package io.shoal.runtime.plugin.inspection;

import java.util.Locale;
import java.util.Set;

/// Which plugins may be loaded.
public enum PluginPolicy {
  /// All; if digests or publishers are configured, those alone.
  ANY,
  /// Those that were installed, by the digests in [PluginLock].
  LOCKED,
  /// Those of the package, and those that a publisher signed.
  SIGNED;

  static final Set<String> WORDS = Set.of(ANY.word(), LOCKED.word(), SIGNED.word());

  /// As it is written in the configuration.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @param word one of [#WORDS]
  static PluginPolicy of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
