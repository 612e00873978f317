package io.shoal.runtime.plugin.border;

import java.time.Duration;

/// How long a call may take, by what its contract says, with some seconds more for a busy machine.
enum CallLimit {
  /// A call that waits for a network or a disk at most.
  ONE_EXCHANGE(Duration.ofSeconds(30)),
  /// The publication or resolution of a signed record, and the answer of an inspection: a minute.
  QUESTION(Duration.ofSeconds(90)),
  /// A search for providers: two minutes.
  SEARCH(Duration.ofSeconds(150)),
  /// What an observer does about one event.
  EVENT(Duration.ofSeconds(70)),
  /// As long as there is work, as [io.shoal.api.ChunkStore#sync], or as a peer takes.
  NONE(Duration.ofSeconds(Long.MAX_VALUE));

  private final Duration duration;

  CallLimit(Duration duration) {
    this.duration = duration;
  }

  Duration duration() {
    return duration;
  }
}
