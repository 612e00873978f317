package io.shoal.runtime.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SearchBackoffTest {
  private final SearchBackoff pace = new SearchBackoff();

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  /// Waits as it says, and tells for how long.
  private long restMillis(boolean nobodyAnswers) {
    long passed = 0;
    for (long left = pace.leftNanos(0, nobodyAnswers);
        left > 0;
        left = pace.leftNanos(passed, nobodyAnswers)) {
      passed += left;
    }
    return Duration.ofNanos(passed).toMillis();
  }

  @Test
  void roundsComeSeldomerAndSeldomer() {
    long[] rests = {2_000, 4_000, 8_000, 16_000, 30_000, 30_000};
    for (long rest : rests) {
      assertEquals(rest, restMillis(false));
    }
  }

  @Test
  void whereNobodyWhoWasFoundAnswersTheNextRoundsComeSoonButOnlySome() {
    long[] rests = {500, 500, 500, 2_000, 4_000};
    for (long rest : rests) {
      assertEquals(rest, restMillis(true));
    }
  }

  @Test
  void aDialThatFailsLateEndsTheRestAtOnce() {
    assertEquals(millis(1_000), pace.leftNanos(millis(1_000), false));
    assertEquals(0, pace.leftNanos(millis(1_000), true));
  }
}
