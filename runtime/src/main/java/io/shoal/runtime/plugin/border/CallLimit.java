package io.shoal.runtime.plugin.border;

import java.time.Duration;

/// How long a call may take, by what its contract says, with some seconds more for a busy machine.
enum CallLimit {
  /// A call that waits for a network or a disk at most.
  ONE_EXCHANGE(Duration.ofSeconds(30)),
  /// A search or a publication that asks many parties, and the answer to a question.
  SIGNED_RECORD(Duration.ofSeconds(90)),
  SEARCH(Duration.ofSeconds(150)),
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
