package io.shoal.runtime.serving;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The uploads that run, and which of them hold a place without using it: their peers ask for
/// chunks, and then give no credit or read nothing. Usable from any thread.
final class ActiveUploads {
  /// An upload of which nothing was taken for this long loses its place if others wait for one. A
  /// reader that is held back by a low rate of its own takes longer only below some 10 kB/s.
  static final Duration STALLED_AFTER = Duration.ofSeconds(20);

  private final Set<RunningUpload> running = ConcurrentHashMap.newKeySet();

  void began(RunningUpload upload) {
    running.add(upload);
  }

  void ended(RunningUpload upload) {
    running.remove(upload);
  }

  /// The one that has been stalled the longest, if any is.
  Optional<RunningUpload> stalled() {
    return running.stream()
        .max(Comparator.comparingLong(RunningUpload::idleNanos))
        .filter(upload -> upload.idleNanos() > STALLED_AFTER.toNanos());
  }
}
