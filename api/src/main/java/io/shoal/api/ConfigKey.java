package io.shoal.api;

import java.util.Optional;

/// A configuration key of a plugin, as its help shows it.
///
/// ```java
/// ConfigKey.text("bucket").required().describe("The bucket that holds the chunks")
/// ConfigKey.time("timeout").otherwise("30s").describe("How long a request may take")
/// ```
///
/// Immutable; each method returns a changed copy.
public final class ConfigKey {

  /// What is written under a key. Later versions may add more.
  public enum Kind {
    /// A text: [PluginConfig#text(String)], [PluginConfig#oneOf].
    TEXT,
    /// A text that is never shown: [PluginConfig#secret].
    SECRET,
    /// Several texts: [PluginConfig#texts].
    LIST,
    /// `true` or `false`: [PluginConfig#flag].
    FLAG,
    /// A whole number: [PluginConfig#number].
    NUMBER,
    /// A size in bytes: [PluginConfig#sizeBytes].
    SIZE,
    /// Bytes a second: [PluginConfig#bytesPerSecond].
    RATE,
    /// A time: [PluginConfig#duration].
    TIME,
    /// A file or folder: [PluginConfig#path].
    PATH,
    /// A section whose keys the user names: [PluginConfig#keys].
    SECTION
  }

  private final String name;
  private final Kind kind;
  private final boolean isRequired;
  private final Optional<String> whenAbsent;
  private final String description;

  private ConfigKey(
      String name, Kind kind, boolean isRequired, Optional<String> whenAbsent, String description) {
    this.name = name;
    this.kind = kind;
    this.isRequired = isRequired;
    this.whenAbsent = whenAbsent;
    this.description = description;
  }

  /// An optional key without a default.
  ///
  /// @param name the key below `plugins.PLUGIN_ID`; dots descend: `limits.connections`
  /// @param kind what is written under it
  /// @return the key
  public static ConfigKey of(String name, Kind kind) {
    return new ConfigKey(name, kind, false, Optional.empty(), "");
  }

  /// Begins to declare a text.
  ///
  /// @param name the key
  /// @return a key of kind [Kind#TEXT]
  public static ConfigKey text(String name) {
    return of(name, Kind.TEXT);
  }

  /// Begins to declare a text that is never shown.
  ///
  /// @param name the key
  /// @return a key of kind [Kind#SECRET]
  public static ConfigKey secret(String name) {
    return of(name, Kind.SECRET);
  }

  /// Begins to declare a whole number.
  ///
  /// @param name the key
  /// @return a key of kind [Kind#NUMBER]
  public static ConfigKey number(String name) {
    return of(name, Kind.NUMBER);
  }

  /// Begins to declare a size in bytes.
  ///
  /// @param name the key
  /// @return a key of kind [Kind#SIZE]
  public static ConfigKey size(String name) {
    return of(name, Kind.SIZE);
  }

  /// Begins to declare a time.
  ///
  /// @param name the key
  /// @return a key of kind [Kind#TIME]
  public static ConfigKey time(String name) {
    return of(name, Kind.TIME);
  }

  /// The same, without which the plugin does not start.
  ///
  /// @return the changed copy
  public ConfigKey required() {
    return new ConfigKey(name, kind, true, whenAbsent, description);
  }

  /// The same with what holds where the user writes nothing.
  ///
  /// @param value as a user would write it
  /// @return the changed copy
  public ConfigKey otherwise(String value) {
    return new ConfigKey(name, kind, isRequired, Optional.of(value), description);
  }

  /// The same with one line that says what it is for.
  ///
  /// @param line without a full stop
  /// @return the changed copy
  public ConfigKey describe(String line) {
    return new ConfigKey(name, kind, isRequired, whenAbsent, line);
  }

  /// The last part of the key.
  ///
  /// @return the key below `plugins.PLUGIN_ID`
  public String name() {
    return name;
  }

  /// The form of its value.
  ///
  /// @return what is written under it
  public Kind kind() {
    return kind;
  }

  /// Whether the plugin cannot do without it.
  ///
  /// @return whether the plugin does not start without it
  public boolean isRequired() {
    return isRequired;
  }

  /// The value that holds if the user writes none.
  ///
  /// @return what holds where the user writes nothing
  public Optional<String> whenAbsent() {
    return whenAbsent;
  }

  /// The line that explains it.
  ///
  /// @return one line that says what it is for; empty if nothing was said
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return name + " (" + kind + ")";
  }
}
