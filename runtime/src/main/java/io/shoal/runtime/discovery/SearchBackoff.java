package io.shoal.runtime.discovery;

import java.time.Duration;

/// How long a search for providers rests between two rounds: longer and longer, but not at first
/// where all that was found leads nowhere. Who was found may be gone, and whoever took over be
/// announced by now. Pure; confined to one thread or one lock.
final class SearchBackoff {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /// The rest before a round that is hurried.
  private static final Duration HURRIED_PAUSE = Duration.ofMillis(500);

  /// Hurried rounds of one search: whoever announces dead addresses must not make it ask on and on.
  private static final int MAX_HURRIED_ROUNDS = 3;

  private Duration pause = FIRST_PAUSE;
  private int hurried;

  /// How much longer to rest before the next round; 0 if it is due, and then the next call is about
  /// the rest after that round.
  ///
  /// @param passedNanos since the last round ended
  /// @param nobodyAnswers whether somebody was found and nobody of them can be reached
  long leftNanos(long passedNanos, boolean nobodyAnswers) {
    boolean hurry = nobodyAnswers && hurried < MAX_HURRIED_ROUNDS;
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
