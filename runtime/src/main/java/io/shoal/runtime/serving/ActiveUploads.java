package io.shoal.runtime.serving;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The uploads that run, and who holds a place among them without using it: asks for chunks, and
/// then gives no credit or reads nothing. Usable from any thread.
final class ActiveUploads {
  /// Whoever has taken nothing for this long loses its place if others wait for one. A reader that
  /// is held back by a low rate of its own takes longer only below some 10 kB/s.
  static final Duration STANDSTILL = Duration.ofSeconds(20);

  private final Set<MeteredSource> running = ConcurrentHashMap.newKeySet();

  void began(MeteredSource upload) {
    running.add(upload);
  }

  void ended(MeteredSource upload) {
    running.remove(upload);
  }

  /// The one that has stood still the longest, if that is too long.
  Optional<MeteredSource> standingStill() {
    return running.stream()
        .max(Comparator.comparingLong(MeteredSource::idleNanos))
        .filter(upload -> upload.idleNanos() > STANDSTILL.toNanos());
  }
}
