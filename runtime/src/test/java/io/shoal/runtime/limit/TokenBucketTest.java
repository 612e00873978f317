package io.shoal.runtime.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void theRateHoldsOverAnySecond() {
    TokenBucket bucket = new TokenBucket(2_500_000, 0);
    long sent = 0;
    long now = 0;
    while (now < 10 * SECOND) {
      int may = bucket.available(65_536, now);
      if (may > 0) {
        bucket.take(may);
        sent += may;
      } else {
        now += bucket.nanosUntil(65_536);
      }
    }
    assertTrue(Math.abs(25_000_000 - sent) <= 250_000, "sent " + sent);
  }

  @Test
  void aLongPauseEarnsNoLongBurst() {
    TokenBucket bucket = new TokenBucket(1_000_000, 0);
    assertTrue(bucket.available(10_000_000, 3_600 * SECOND) <= 50_000);
  }

  @Test
  void whoWakesLateLosesNothingOfTheRate() {
    TokenBucket bucket = new TokenBucket(12_500_000, 0);
    long sent = 0;
    long now = 0;
    while (now < 10 * SECOND) {
      int may = bucket.available(65_536, now);
      if (may > 0) {
        bucket.take(may);
        sent += may;
      } else {
        now += bucket.nanosUntil(65_536) + SECOND / 10;
      }
    }
    assertTrue(Math.abs(125_000_000 - sent) <= 2_500_000, "sent " + sent);
  }

  @Test
  void noRateMeansNoWaiting() throws InterruptedException {
    FairRateLimiter meter =
        new FairRateLimiter(TokenBucket.UNLIMITED, TokenBucket.UNLIMITED, () -> 0);
    assertEquals(1 << 20, meter.permit("a", 1 << 20));
  }

  @Test
  void aRateThatIsLeftUnusedIsNoticed() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    FairRateLimiter meter = new FairRateLimiter(100_000, TokenBucket.UNLIMITED, now::get);
    for (int i = 0; i < 50; i++) {
      now.addAndGet(SECOND / 10);
      meter.permit("a", 10_000);
    }
    assertFalse(meter.hasSpare());
    for (int i = 0; i < 50; i++) {
      now.addAndGet(SECOND / 10);
      meter.permit("a", 100);
    }
    assertTrue(meter.hasSpare());
    now.addAndGet(60 * SECOND);
    assertTrue(meter.hasSpare());
  }

  @Test
  void aPeersOwnRateHoldsBesideTheNodes() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    FairRateLimiter meter = new FairRateLimiter(TokenBucket.UNLIMITED, 1_000_000, now::get);
    long sent = 0;
    for (int i = 0; i < 100; i++) {
      now.addAndGet(SECOND / 10);
      sent += meter.permit("a", 1 << 20);
    }
    assertTrue(sent <= 10_000_000, "sent " + sent);
  }
}
