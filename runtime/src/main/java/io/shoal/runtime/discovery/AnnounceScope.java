package io.shoal.runtime.discovery;

/// How much of its content a node announces.
public enum AnnounceScope {
  /// The roots alone.
  ROOTS,
  /// The roots and each of their chunks.
  ALL,
  NONE
}
