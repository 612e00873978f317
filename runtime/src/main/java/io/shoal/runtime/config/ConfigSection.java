package io.shoal.runtime.config;

import io.shoal.api.ConfigKey;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import io.shoal.runtime.unit.Units;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// A part of a configuration, read by type. Keys that were read are recorded, so that unknown keys
/// can be refused.
public final class ConfigSection implements PluginConfig {
  /// The slowest rate that may be set: below it a chunk of 2 MiB takes longer than any peer waits.
  private static final long MIN_BYTES_PER_SECOND = 16 * 1024;

  private final String prefix;
  private final ConfigTree.Section tree;
  private final String source;
  private final Function<String, Optional<String>> variables;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /// @param prefix the full key of this section, empty for the whole configuration
  /// @param tree its content
  /// @param source the file's name, for messages; empty without one
  /// @param variables those of the environment
  public ConfigSection(
      String prefix,
      ConfigTree.Section tree,
      String source,
      Function<String, Optional<String>> variables) {
    this.prefix = prefix;
    this.tree = tree;
    this.source = source;
    this.variables = variables;
  }

  @Override
  public String text(String key, String whenAbsent) throws InvalidConfigException {
    return text(key).orElse(whenAbsent);
  }

  @Override
  public Optional<String> text(String key) throws InvalidConfigException {
    Optional<ConfigTree> found = find(key);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    return switch (found.get()) {
      case ConfigTree.Text text -> Optional.of(text.value());
      case ConfigTree.Listing list -> throw wrong(key, list.line(), "a list", "a single value");
      case ConfigTree.Section section ->
          throw wrong(key, section.line(), "a section", "a single value");
    };
  }

  @Override
  public Optional<String> secret(String key) throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String place = at(find(key).orElseThrow().line()) + fullKey(key);
    return Optional.of(new SecretText(place, variables).of(text.get()));
  }

  @Override
  public List<String> texts(String key, List<String> whenAbsent) throws InvalidConfigException {
    Optional<ConfigTree> found = find(key);
    if (found.isEmpty()) {
      return whenAbsent;
    }
    return switch (found.get()) {
      case ConfigTree.Text text -> List.of(text.value());
      case ConfigTree.Listing list -> list.values();
      case ConfigTree.Section section ->
          throw wrong(key, section.line(), "a section", "a list of values");
    };
  }

  @Override
  public String oneOf(String key, Set<String> allowed, String whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    for (String word : allowed) {
      if (word.equalsIgnoreCase(text.get())) {
        return word;
      }
    }
    throw wrong(
        key,
        "'" + text.get() + "'",
        "one of " + String.join(", ", allowed.stream().sorted().toList()));
  }

  @Override
  public boolean flag(String key, boolean whenAbsent) throws InvalidConfigException {
    return Boolean.parseBoolean(oneOf(key, Set.of("true", "false"), Boolean.toString(whenAbsent)));
  }

  @Override
  public long number(String key, long min, long max, long whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    String allowed = "a whole number from " + min + " to " + max;
    try {
      long value = Long.parseLong(text.get());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw wrong(key, "'" + text.get() + "'", allowed, e);
    }
    throw wrong(key, text.get(), allowed);
  }

  @Override
  public long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent)
      throws InvalidConfigException {
    return bounded(
        key,
        text(key),
        Units::sizeBytes,
        minBytes,
        maxBytes,
        whenAbsent,
        "a size from "
            + Units.exactSize(minBytes)
            + " to "
            + Units.exactSize(maxBytes)
            + ", such as 256KiB or 10GB");
  }

  @Override
  public long bytesPerSecond(String key, long whenAbsent) throws InvalidConfigException {
    return bounded(
        key,
        text(key),
        Units::bytesPerSecond,
        MIN_BYTES_PER_SECOND,
        Long.MAX_VALUE,
        whenAbsent,
        "bytes a second, at least "
            + Units.exactSize(MIN_BYTES_PER_SECOND)
            + ", such as 25MB or unlimited");
  }

  @Override
  public Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
      throws InvalidConfigException {
    return bounded(
        key,
        text(key),
        Units::duration,
        min,
        max,
        whenAbsent,
        "a time from "
            + Units.exactTime(min)
            + " to "
            + Units.exactTime(max)
            + ", such as 250ms, 30s or 2h");
  }

  @Override
  public Path path(String key, Path whenAbsent) throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    try {
      Path path = Path.of(text.get());
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw wrong(key, "'" + text.get() + "'", "a whole path, such as /srv/shoal", e);
    }
    throw wrong(key, "'" + text.get() + "'", "a whole path, such as /srv/shoal");
  }

  @Override
  public Set<String> keys(String key) throws InvalidConfigException {
    ConfigSection below = section(key);
    Set<String> keys = new LinkedHashSet<>(below.tree.children().keySet());
    return Collections.unmodifiableSet(keys);
  }

  private <T extends Comparable<T>> T bounded(
      String key,
      Optional<String> text,
      Function<String, Optional<T>> reading,
      T min,
      T max,
      T whenAbsent,
      String allowed)
      throws InvalidConfigException {
    if (text.isEmpty()) {
      return whenAbsent;
    }
    Optional<T> value = reading.apply(text.get());
    if (value.isEmpty() || value.get().compareTo(min) < 0 || value.get().compareTo(max) > 0) {
      throw wrong(key, "'" + text.get() + "'", allowed);
    }
    return value.get();
  }

  /// The section under a key, empty if nothing is written there. Its keys are known here: the code
  /// that reads that section checks them.
  public ConfigSection section(String key) throws InvalidConfigException {
    Optional<ConfigTree> found = find(key);
    ConfigTree.Section below =
        switch (found.orElse(ConfigTree.Section.EMPTY)) {
          case ConfigTree.Section section -> section;
          case ConfigTree.Text text when text.value().isEmpty() -> ConfigTree.Section.EMPTY;
          case ConfigTree.Text text ->
              throw wrong(
                  key, text.line(), "'" + text.value() + "'", "a section with keys of its own");
          case ConfigTree.Listing list ->
              throw wrong(key, list.line(), "a list", "a section with keys of its own");
        };
    return new ConfigSection(fullKey(key), below, source, variables);
  }

  /// Whether something is written under a key.
  public boolean isSet(String key) {
    return find(key).isPresent();
  }

  /// The keys directly in this section that have keys of their own under them, in the order in
  /// which they are written.
  public Set<String> sections() {
    Set<String> keys = new LinkedHashSet<>();
    tree.children()
        .forEach(
            (key, below) -> {
              if (below instanceof ConfigTree.Section) {
                keys.add(key);
              }
            });
    return Collections.unmodifiableSet(keys);
  }

  private Optional<ConfigTree> find(String key) {
    known.add(key);
    ConfigTree at = tree;
    for (String part : key.split("\\.", -1)) {
      if (!(at instanceof ConfigTree.Section section)) {
        return Optional.empty();
      }
      ConfigTree below = section.children().get(part);
      if (below == null) {
        return Optional.empty();
      }
      at = below;
    }
    return at instanceof ConfigTree.Text text && text.value().isEmpty()
        ? Optional.empty()
        : Optional.of(at);
  }

  /// Takes keys as known that a plugin names, whether it reads them or not.
  ///
  /// @throws InvalidConfigException one that it cannot do without is not set
  public void declare(List<ConfigKey> keys) throws InvalidConfigException {
    for (ConfigKey key : keys) {
      if (key.kind() == ConfigKey.Kind.SECTION) {
        section(key.name());
      }
      if (find(key.name()).isEmpty() && key.isRequired()) {
        String what = key.description().isEmpty() ? "" : " (" + key.description() + ")";
        throw new InvalidConfigException(fullKey(key.name()) + " is not set" + what + ": set it");
      }
    }
  }

  /// Refuses keys that are in the configuration and were not read.
  ///
  /// @throws InvalidConfigException naming the first such key, its line, and the key that was
  ///   probably meant
  public void refuseUnknown() throws InvalidConfigException {
    refuseUnknown("", tree);
  }

  private void refuseUnknown(String path, ConfigTree.Section section)
      throws InvalidConfigException {
    for (Map.Entry<String, ConfigTree> entry : section.children().entrySet()) {
      String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      if (known.contains(key)) {
        continue;
      }
      boolean leadsOn = known.stream().anyMatch(other -> other.startsWith(key + "."));
      if (!leadsOn) {
        throw new InvalidConfigException(unknown(key, entry.getValue().line()));
      }
      switch (entry.getValue()) {
        case ConfigTree.Section below -> refuseUnknown(key, below);
        case ConfigTree.Text text -> {
          if (!text.value().isEmpty()) {
            throw wrong(
                key, text.line(), "'" + text.value() + "'", "a section with keys of its own");
          }
        }
        case ConfigTree.Listing list ->
            throw wrong(key, list.line(), "a list", "a section with keys of its own");
      }
    }
  }

  private String unknown(String key, int line) {
    List<String> keys = new ArrayList<>(known);
    String cure =
        Suggestion.of(key, keys)
            .map(word -> "did you mean " + fullKey(word) + "?")
            .orElseGet(
                () ->
                    keys.isEmpty()
                        ? "nothing can be set here: remove it"
                        : "known here: " + String.join(", ", keys.stream().sorted().toList()));
    return at(line) + "unknown key " + fullKey(key) + ": " + cure;
  }

  /// The error for a value that is not allowed.
  public InvalidConfigException wrong(String key, String found, String allowed) {
    return wrong(key, find(key).map(ConfigTree::line).orElse(ConfigTree.NO_LINE), found, allowed);
  }

  private InvalidConfigException wrong(String key, String found, String allowed, Throwable cause) {
    InvalidConfigException wrong = wrong(key, found, allowed);
    wrong.initCause(cause);
    return wrong;
  }

  private InvalidConfigException wrong(String key, int line, String found, String allowed) {
    return new InvalidConfigException(
        at(line) + fullKey(key) + " is " + found + ": write " + allowed);
  }

  private String fullKey(String key) {
    return prefix.isEmpty() ? key : prefix + "." + key;
  }

  private String at(int line) {
    return line == ConfigTree.NO_LINE || source.isEmpty() ? "" : source + ":" + line + ": ";
  }
}
