package io.shoal.runtime.plugin.inspection;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How plugins are loaded.
///
/// @param startTimeout how long one may take to start
/// @param stopTimeout how long one may take to stop
/// @param policy which plugins may be loaded, besides those of the two lists
/// @param allow SHA-256 digests of the artifacts that may be loaded, hex in lower case
/// @param publishers public keys of publishers whose signed artifacts may be loaded, as in a PEM
///   file; with both lists empty and no other policy every plugin may
/// @param configured the ids that have a section of their own
public record PluginSettings(
    Duration startTimeout,
    Duration stopTimeout,
    PluginPolicy policy,
    Set<String> allow,
    List<String> publishers,
    Set<String> configured) {
  public static PluginSettings read(ConfigSection root) throws InvalidConfigException {
    ConfigSection section = root.section("plugins");
    Duration longest = Duration.ofHours(1);
    Duration start =
        section.duration("startTimeout", Duration.ofMillis(10), longest, Duration.ofSeconds(30));
    Duration stop =
        section.duration("stopTimeout", Duration.ofMillis(10), longest, Duration.ofSeconds(10));
    PluginPolicy policy =
        PluginPolicy.of(section.oneOf("policy", PluginPolicy.WORDS, PluginPolicy.ANY.word()));
    List<String> allow = section.texts("allow", List.of());
    for (String digest : allow) {
      if (!digest.matches("[0-9a-fA-F]{64}")) {
        throw section.wrong("allow", "'" + digest + "'", "SHA-256 digests, 64 hex digits each");
      }
    }
    List<String> publishers = section.texts("publishers", List.of());
    Set<String> configured = section.sections();
    for (String id : configured) {
      if (!PluginIds.isValid(id)) {
        throw section.wrong(id, "not a plugin id", PluginIds.RULE);
      }
      section.section(id);
    }
    section.refuseUnknown();
    return new PluginSettings(
        start,
        stop,
        policy,
        Set.copyOf(allow.stream().map(digest -> digest.toLowerCase(Locale.ROOT)).toList()),
        publishers,
        configured);
  }

  /// The same for plugins that are to be installed: installing is what records them.
  public PluginSettings forInstalling() {
    return policy == PluginPolicy.LOCKED
        ? new PluginSettings(
            startTimeout, stopTimeout, PluginPolicy.ANY, allow, publishers, configured)
        : this;
  }

  /// Whether some plugins may not be loaded.
  public boolean isRestricted() {
    return policy != PluginPolicy.ANY || !allow.isEmpty() || !publishers.isEmpty();
  }
}
