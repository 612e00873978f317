package io.shoal.runtime.download;

import io.shoal.api.Availability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// News of one peer that wait to be handled. However much a peer tells, this stays as small as one
/// statement and one set of positions: later news are merged into what waits, and none is lost.
/// Usable from any thread.
final class PendingAvailability {
  /// As many as a snapshot may have: more would let a peer choose how much memory it costs.
  static final int MAX_POSITIONS = 1 << 23;

  private final ReentrantLock lock = new ReentrantLock();
  private final BitSet gained = new BitSet();
  private Optional<Availability> statement = Optional.empty();
  private boolean waiting;

  /// @return whether nothing waited: the caller then sees to it that [#take] is called
  boolean add(Availability news) {
    lock.lock();
    try {
      switch (news) {
        case Availability.Gained more ->
            Arrays.stream(more.positions())
                .filter(position -> position >= 0 && position < MAX_POSITIONS)
                .forEach(gained::set);
        case Availability.Complete complete -> replace(news);
        case Availability.Snapshot snapshot -> replace(news);
        case Availability.Unknown unknown -> replace(news);
      }
      boolean first = !waiting;
      waiting = true;
      return first;
    } finally {
      lock.unlock();
    }
  }

  private void replace(Availability news) {
    statement = Optional.of(news);
    gained.clear();
  }

  /// All that waited, in the order in which it is to be heard.
  List<Availability> take() {
    lock.lock();
    try {
      List<Availability> news = new ArrayList<>(2);
      statement.ifPresent(news::add);
      if (!gained.isEmpty()) {
        news.add(new Availability.Gained(gained.stream().toArray()));
      }
      statement = Optional.empty();
      gained.clear();
      waiting = false;
      return news;
    } finally {
      lock.unlock();
    }
  }
}
