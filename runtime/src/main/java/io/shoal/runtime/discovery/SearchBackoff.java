package io.shoal.runtime.discovery;

import java.time.Duration;

/// How long a search for providers pauses between two rounds: longer each time. The first pauses
/// are short if no provider that was found can be reached: they may have left, and others may be
/// announced by now. No clock; confined to one thread or one lock.
final class SearchBackoff {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /// The pause before a hurried round.
  private static final Duration HURRIED_PAUSE = Duration.ofMillis(500);

  /// Hurried rounds of one search: announced dead addresses must not make it search without end.
  private static final int MAX_HURRIED_ROUNDS = 3;

  private Duration pause = FIRST_PAUSE;
  private int hurried;

  /// How much longer to pause before the next round; 0 if it is due, and then the next call is
  /// about the pause after that round.
  ///
  /// @param passedNanos since the last round ended
  /// @param noneAnswers whether providers were found, and none can be reached
  long leftNanos(long passedNanos, boolean noneAnswers) {
    boolean hurry = noneAnswers && hurried < MAX_HURRIED_ROUNDS;
    long left = (hurry ? HURRIED_PAUSE : pause).toNanos() - passedNanos;
    if (left > 0) {
      return left;
    }
    if (hurry) {
      hurried++;
    } else {
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }
    return 0;
  }
}
