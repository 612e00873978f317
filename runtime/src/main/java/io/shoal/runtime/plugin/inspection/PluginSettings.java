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
/// @param allow SHA-256 digests of the artifacts that may be loaded, hex in lower case
/// @param publishers public keys of publishers whose signed artifacts may be loaded, as in a PEM
///   file; with both lists empty every plugin may
/// @param configured the ids that have a section of their own
public record PluginSettings(
    Duration startTimeout,
    Duration stopTimeout,
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
        Set.copyOf(allow.stream().map(digest -> digest.toLowerCase(Locale.ROOT)).toList()),
        publishers,
        configured);
  }
}
