package io.shoal.runtime.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Availability;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PendingAvailabilityTest {
  private final PendingAvailability news = new PendingAvailability();

  private static Availability gained(int... positions) {
    return new Availability.Gained(positions);
  }

  @Test
  void aFloodOfNewsWaitsAsOneAndNothingOfItIsLost() {
    for (int i = 0; i < 100_000; i++) {
      assertEquals(i == 0, news.add(gained(i)));
    }
    List<Availability> heard = news.take();
    assertEquals(1, heard.size());
    Availability.Gained all = assertInstanceOf(Availability.Gained.class, heard.getFirst());
    assertTrue(Arrays.equals(IntStream.range(0, 100_000).toArray(), all.positions()));
    assertTrue(news.take().isEmpty());
    assertTrue(news.add(gained(7)), "what comes after is told again");
  }

  @Test
  void aStatementReplacesWhatWasToldBeforeAndNotWhatComesAfter() {
    Availability snapshot = new Availability.Snapshot(new BitSet(), 10);
    news.add(gained(1));
    assertFalse(news.add(snapshot));
    news.add(gained(3));
    List<Availability> heard = news.take();
    assertEquals(2, heard.size());
    assertSame(snapshot, heard.getFirst());
    Availability.Gained after = assertInstanceOf(Availability.Gained.class, heard.getLast());
    assertTrue(Arrays.equals(new int[] {3}, after.positions()));
  }

  @Test
  void aPositionThatNoDagHasCostsNothing() {
    news.add(gained(Integer.MAX_VALUE, -1));
    assertTrue(news.take().isEmpty());
  }
}
