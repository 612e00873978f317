package io.shoal.runtime.discovery;

/// What is told to others.
public enum AnnounceScope {
  ROOTS,
  ALL,
  NONE
}
