package io.shoal.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A plugin's own part of the node's configuration.
///
/// Each getter takes the key (dots descend: `limits.connections`) and the value that holds when the
/// user wrote none. Sizes, rates and times are written with units: `256KiB`, `25MB`, `30s`. A value
/// of the wrong form or outside the given bounds is the user's fault: the exception names the full
/// key, the value and what is allowed. Reading a key marks it as known; after [Extension#start] the
/// runtime refuses unknown ones.
///
/// Immutable, usable from any thread.
public interface PluginConfig {

  /// The text under `key`.
  String text(String key, String whenAbsent) throws InvalidConfigException;

  /// The text under `key`, or empty if the user wrote none.
  Optional<String> text(String key) throws InvalidConfigException;

  /// A list of texts; a single text counts as a list of one.
  List<String> texts(String key, List<String> whenAbsent) throws InvalidConfigException;

  /// One of `allowed`, compared without regard to case, returned as `allowed` spells it.
  String oneOf(String key, Set<String> allowed, String whenAbsent) throws InvalidConfigException;

  /// `true` or `false`.
  boolean flag(String key, boolean whenAbsent) throws InvalidConfigException;

  /// A whole number from `min` to `max`, both included.
  long number(String key, long min, long max, long whenAbsent) throws InvalidConfigException;

  /// A size in bytes from `minBytes` to `maxBytes`; `KB`, `MB`, `GB`, `TB` are powers of 1000,
  /// `KiB`, `MiB`, `GiB`, `TiB` of 1024; a bare number is bytes; `unlimited` is [Long#MAX_VALUE],
  /// if `maxBytes` allows that.
  long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent)
      throws InvalidConfigException;

  /// A time from `min` to `max`: `250ms`, `30s`, `15m`, `2h`, `7d`.
  Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
      throws InvalidConfigException;
}
