package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SearchBackoffTest {
  private final SearchBackoff backoff = new SearchBackoff();

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  /// Waits as long as it asks for, and returns how long that was.
  private long pauseMillis(boolean noneAnswers) {
    long passed = 0;
    for (long left = backoff.leftNanos(0, noneAnswers);
        left > 0;
        left = backoff.leftNanos(passed, noneAnswers)) {
      passed += left;
    }
    return Duration.ofNanos(passed).toMillis();
  }

  @Test
  void roundsComeLessAndLessOften() {
    long[] pauses = {2_000, 4_000, 8_000, 16_000, 30_000, 30_000};

    for (long pause : pauses) {
      assertEquals(pause, pauseMillis(false));
    }
  }

  @Test
  void ifNoProviderAnswersSomeRoundsComeSoon() {
    long[] pauses = {500, 500, 500, 2_000, 4_000};

    for (long pause : pauses) {
      assertEquals(pause, pauseMillis(true));
    }
  }

  @Test
  void aDialThatFailsLateEndsThePauseAtOnce() {
    assertEquals(millis(1_000), backoff.leftNanos(millis(1_000), false));
    assertEquals(0, backoff.leftNanos(millis(1_000), true));
  }
}
