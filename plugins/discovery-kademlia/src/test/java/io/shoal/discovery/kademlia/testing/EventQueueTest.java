package io.shoal.discovery.kademlia.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private static final long DAY_MILLIS = 86_400_000;

  private final EventQueue queue = new EventQueue();
  private final List<Noted> happened = new ArrayList<>();

  private final class Noted extends EventQueue.Event {
    private final long dueMillis;
    private final int order;

    Noted(long dueMillis, int order) {
      this.dueMillis = dueMillis;
      this.order = order;
    }

    @Override
    void happen() {
      assertEquals(dueMillis, queue.nowMillis());
      happened.add(this);
    }
  }

  private void run(long untilMillis) {
    for (EventQueue.Event event = queue.takeUntil(untilMillis);
        event != null;
        event = queue.takeUntil(untilMillis)) {
      event.happen();
    }
  }

  @Test
  void eventsComeInOrderOfTime() {
    SplittableRandom random = new SplittableRandom(11);
    int planned = 0;
    for (long now = 0; now < DAY_MILLIS; now += random.nextLong(DAY_MILLIS / 50)) {
      run(now);
      for (int i = 0; i < 200; i++) {
        // Most within seconds, some within days; few enough moments that many share one.
        long reach = 1L << random.nextInt(2, 28);
        long due = now + random.nextLong(reach) / 16 * 16;
        due = Math.max(due, now);
        queue.add(due, new Noted(due, planned++));
      }
    }
    run(5 * DAY_MILLIS);
    assertEquals(planned, happened.size());
    assertEquals(0, queue.size());
    List<Noted> sorted = new ArrayList<>(happened);
    sorted.sort(
        Comparator.comparingLong((Noted noted) -> noted.dueMillis)
            .thenComparingInt(noted -> noted.order));
    assertEquals(sorted, happened);
  }

  @Test
  void timeStopsWhereItShould() {
    queue.add(100, new Noted(100, 0));
    assertNull(queue.takeUntil(99));
    assertEquals(99, queue.nowMillis());
    run(100);
    assertEquals(1, happened.size());
    assertTrue(queue.nowMillis() == 100);
  }
}
