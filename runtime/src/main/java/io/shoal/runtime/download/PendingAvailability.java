package io.shoal.runtime.download;

import io.shoal.api.Availability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Availability updates of one peer that wait to be handled. However many it sends, this stays as
/// small as one statement and one set of positions: later updates are merged into what waits, and
/// none is lost. Usable from any thread.
final class PendingAvailability {
  /// As many as a snapshot may have: more would let a peer choose how much memory it costs.
  static final int MAX_POSITIONS = 1 << 23;

  private final BitSet gained = new BitSet();
  private Optional<Availability> statement = Optional.empty();
  private boolean waiting;

  /// @return whether nothing waited: then the caller has to arrange for [#take]
  synchronized boolean add(Availability update) {
    switch (update) {
      case Availability.Gained more ->
          Arrays.stream(more.positions())
              .filter(position -> position >= 0 && position < MAX_POSITIONS)
              .forEach(gained::set);
      case Availability.Complete complete -> replace(update);
      case Availability.Snapshot snapshot -> replace(update);
      case Availability.Unknown unknown -> replace(update);
      default -> replace(new Availability.Unknown());
    }
    boolean first = !waiting;
    waiting = true;
    return first;
  }

  private void replace(Availability update) {
    statement = Optional.of(update);
    gained.clear();
  }

  /// All that waited, in the order in which it has to be handled.
  synchronized List<Availability> take() {
    List<Availability> updates = new ArrayList<>(2);
    statement.ifPresent(updates::add);
    if (!gained.isEmpty()) {
      updates.add(new Availability.Gained(gained.stream().toArray()));
    }
    statement = Optional.empty();
    gained.clear();
    waiting = false;
    return updates;
  }
}
