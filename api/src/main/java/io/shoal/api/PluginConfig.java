package io.shoal.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A plugin's own part of the node's configuration: what the user wrote under `plugins.PLUGIN_ID`,
/// on the command line or in a variable of the environment.
///
/// Each getter takes the key (dots descend: `limits.connections`) and the value that holds when the
/// user wrote none. Sizes, rates and times are written with units: `256KiB`, `25MB`, `30s`. A value
/// of the wrong form or outside the given bounds is the user's fault: the [InvalidConfigException]
/// names the full key, the value and what is allowed. Reading a key marks it as known; after
/// [Extension#start] the runtime refuses unknown ones.
///
/// Immutable, usable from any thread.
public interface PluginConfig {

  /// The text under `key`.
  ///
  /// @param key its name
  /// @param whenAbsent the result if the user wrote none
  /// @return the text, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException a list or a section is there
  String text(String key, String whenAbsent) throws InvalidConfigException;

  /// The text under `key`.
  ///
  /// @param key its name
  /// @return empty if the user wrote none
  /// @throws InvalidConfigException a list or a section is there
  Optional<String> text(String key) throws InvalidConfigException;

  /// A text that must not be shown: a key, a password. The user writes it, or `file:/PATH` of a
  /// file that only its owner can read, or `env:NAME` of a variable. No message and no log of the
  /// node ever holds it; a plugin keeps to that too.
  ///
  /// @param key its name
  /// @return the secret without the line end of its file; empty if the user wrote none
  /// @throws InvalidConfigException the file or the variable is not there, is empty or larger than
  ///   64 KiB, or others can read the file
  Optional<String> secret(String key) throws InvalidConfigException;

  /// A list of texts; a single text counts as a list of one.
  ///
  /// @param key its name
  /// @param whenAbsent the result if the user wrote none
  /// @return the texts, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException a section is there
  List<String> texts(String key, List<String> whenAbsent) throws InvalidConfigException;

  /// The keys that the user wrote directly below `key`, in order: for sections whose names the user
  /// chooses. They count as known, with all that is below them.
  ///
  /// @param key the name of the section
  /// @return empty if the user wrote none
  /// @throws InvalidConfigException a text or a list is there
  Set<String> keys(String key) throws InvalidConfigException;

  /// One of `allowed`, compared without regard to case.
  ///
  /// @param key its name
  /// @param allowed the texts that it may be
  /// @param whenAbsent the result if the user wrote none
  /// @return it as `allowed` spells it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException another text is there
  String oneOf(String key, Set<String> allowed, String whenAbsent) throws InvalidConfigException;

  /// `true` or `false`.
  ///
  /// @param key its name
  /// @param whenAbsent the result if the user wrote none
  /// @return it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException another text is there
  boolean flag(String key, boolean whenAbsent) throws InvalidConfigException;

  /// A whole number from `min` to `max`, both included.
  ///
  /// @param key its name
  /// @param min the least that it may be
  /// @param max the most that it may be
  /// @param whenAbsent the result if the user wrote none
  /// @return it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException it is not a number, or out of bounds
  long number(String key, long min, long max, long whenAbsent) throws InvalidConfigException;

  /// A size in bytes from `minBytes` to `maxBytes`; `kB`, `MB`, `GB`, `TB` are powers of 1000,
  /// `KiB`, `MiB`, `GiB`, `TiB` of 1024; a bare number is bytes; `unlimited` is [Long#MAX_VALUE],
  /// if `maxBytes` allows that.
  ///
  /// @param key its name
  /// @param minBytes the least that it may be
  /// @param maxBytes the most that it may be; [Long#MAX_VALUE] takes `unlimited` too
  /// @param whenAbsent the result if the user wrote none
  /// @return it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException it is not a size, or out of bounds
  long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent)
      throws InvalidConfigException;

  /// A rate in bytes a second, at least 16 KiB: a size, with or without `/s`; `unlimited` is
  /// [Long#MAX_VALUE].
  ///
  /// @param key its name
  /// @param whenAbsent the result if the user wrote none
  /// @return it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException it is not a rate, or too low
  long bytesPerSecond(String key, long whenAbsent) throws InvalidConfigException;

  /// A time from `min` to `max`: `250ms`, `30s`, `15m` or `15min`, `2h`, `7d`.
  ///
  /// @param key its name
  /// @param min the least that it may be
  /// @param max the most that it may be
  /// @param whenAbsent the result if the user wrote none
  /// @return it, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException it is not a time, or out of bounds
  Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
      throws InvalidConfigException;

  /// A whole path: one that depends on where the node is started is refused. The file need not be
  /// there.
  ///
  /// @param key its name
  /// @param whenAbsent the result if the user wrote none
  /// @return absolute and normalised, or `whenAbsent` if the user wrote none
  /// @throws InvalidConfigException it is not a path, or a relative one
  Path path(String key, Path whenAbsent) throws InvalidConfigException;
}
