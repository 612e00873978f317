package io.shoal.discovery.kademlia.testing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to happen in a simulation, in order of time and, within a millisecond, of planning.
///
/// A wheel of milliseconds, fed by a wheel of four-second spans: planning and taking an event cost
/// the same however many there are, which a heap of millions would not. Events of one moment form a
/// chain through themselves, so that the queue allocates nothing.
final class EventQueue {
  private static final int NEAR_BITS = 12;
  private static final int NEAR_SLOTS = 1 << NEAR_BITS;
  private static final int FAR_BITS = 10;
  private static final int FAR_SLOTS = 1 << FAR_BITS;

  private final Chain[] near = chains(NEAR_SLOTS);
  private final Chain[] far = chains(FAR_SLOTS);

  /// Beyond the reach of both wheels, 70 minutes, where next to nothing is.
  private List<Event> beyond = new ArrayList<>();

  /// All before this moment has happened.
  private long nowMillis;

  private int size;

  /// Something that happens at one moment.
  abstract static class Event {
    private long atMillis;
    private @Nullable Event next;

    abstract void happen();
  }

  private static final class Chain {
    private @Nullable Event first;
    private @Nullable Event last;

    void add(Event event) {
      if (last == null) {
        first = event;
      } else {
        last.next = event;
      }
      last = event;
    }

    @Nullable Event take() {
      Event taken = first;
      if (taken != null) {
        first = taken.next;
        taken.next = null;
        if (first == null) {
          last = null;
        }
      }
      return taken;
    }
  }

  private static Chain[] chains(int count) {
    Chain[] out = new Chain[count];
    for (int i = 0; i < count; i++) {
      out[i] = new Chain();
    }
    return out;
  }

  /// @param atMillis not in the past
  void add(long atMillis, Event event) {
    event.atMillis = Math.max(atMillis, nowMillis);
    size++;
    place(event);
  }

  private void place(Event event) {
    long span = event.atMillis >> NEAR_BITS;
    long spansAhead = span - (nowMillis >> NEAR_BITS);
    if (spansAhead == 0) {
      near[(int) event.atMillis & NEAR_SLOTS - 1].add(event);
    } else if (spansAhead < FAR_SLOTS) {
      far[(int) span & FAR_SLOTS - 1].add(event);
    } else {
      beyond.add(event);
    }
  }

  /// Takes the next event that is due until `endMillis`, and moves the time to it; none moves it to
  /// `endMillis`.
  @Nullable Event takeUntil(long endMillis) {
    while (nowMillis <= endMillis) {
      Event event = near[(int) nowMillis & NEAR_SLOTS - 1].take();
      if (event != null) {
        size--;
        return event;
      }
      if (nowMillis == endMillis) {
        break;
      }
      nowMillis++;
      if ((nowMillis & NEAR_SLOTS - 1) == 0) {
        enterSpan();
      }
    }
    return null;
  }

  private void enterSpan() {
    long span = nowMillis >> NEAR_BITS;
    if ((span & FAR_SLOTS - 1) == 0) {
      List<Event> waiting = beyond;
      beyond = new ArrayList<>();
      waiting.forEach(this::place);
    }
    Chain chain = far[(int) span & FAR_SLOTS - 1];
    for (Event event = chain.take(); event != null; event = chain.take()) {
      place(event);
    }
  }

  long nowMillis() {
    return nowMillis;
  }

  int size() {
    return size;
  }
}
