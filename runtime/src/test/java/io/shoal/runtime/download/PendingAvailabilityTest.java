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
  private final PendingAvailability pending = new PendingAvailability();

  private static Availability gained(int... positions) {
    return new Availability.Gained(positions);
  }

  @Test
  void aFloodOfUpdatesWaitsAsOneAndNoneIsLost() {
    for (int i = 0; i < 100_000; i++) {
      assertEquals(i == 0, pending.add(gained(i)));
    }

    List<Availability> updates = pending.take();

    assertEquals(1, updates.size());
    Availability.Gained all = assertInstanceOf(Availability.Gained.class, updates.getFirst());
    assertTrue(Arrays.equals(IntStream.range(0, 100_000).toArray(), all.positions()));
    assertTrue(pending.take().isEmpty());
    assertTrue(pending.add(gained(7)), "a later update waits anew");
  }

  @Test
  void aStatementReplacesOnlyUpdatesBeforeIt() {
    Availability snapshot = new Availability.Snapshot(new BitSet(), 10);
    pending.add(gained(1));
    assertFalse(pending.add(snapshot));
    pending.add(gained(3));

    List<Availability> updates = pending.take();

    assertEquals(2, updates.size());
    assertSame(snapshot, updates.getFirst());
    Availability.Gained after = assertInstanceOf(Availability.Gained.class, updates.getLast());
    assertTrue(Arrays.equals(new int[] {3}, after.positions()));
  }

  @Test
  void aPositionThatNoDagHasCostsNothing() {
    pending.add(gained(Integer.MAX_VALUE, -1));

    assertTrue(pending.take().isEmpty());
  }
}
