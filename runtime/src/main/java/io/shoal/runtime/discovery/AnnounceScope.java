package io.shoal.runtime.discovery;

/// What a node announces of what it has.
public enum AnnounceScope {
  /// The roots alone.
  ROOTS,
  /// The roots and each of their chunks.
  ALL,
  NONE
}
