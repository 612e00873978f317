package io.shoal.runtime.serving;

/// An upload that has a place among those that run.
sealed interface RunningUpload permits MeteredSource, ForeignUpload {

  /// For how long the peer has taken nothing.
  long idleNanos();
}
