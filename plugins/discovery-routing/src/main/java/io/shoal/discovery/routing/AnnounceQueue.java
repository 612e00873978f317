package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one server is to hear, and when: new contents first, then those whose renewal is due,
/// oldest first. Time is given to it, in nanoseconds. Usable from any thread.
final class AnnounceQueue {
  /// About 150 bytes each: a fifth of the memory that a node has.
  static final int MAX_CONTENTS = 250_000;

  /// Contents that are counted as late: the count walks over them.
  private static final int MAX_COUNTED = 10_000;

  private final long renewNanos;
  private final Set<Cid> fresh = new LinkedHashSet<>();

  /// With the time of the last announcement, oldest first.
  private final Map<Cid, Long> announced = new LinkedHashMap<>();

  private boolean addressesChanged;
  private long refused;

  AnnounceQueue(Duration renewEvery) {
    this.renewNanos = renewEvery.toNanos();
  }

  synchronized void add(Cid cid) {
    if (announced.containsKey(cid)) {
      return;
    }
    if (fresh.size() + announced.size() < MAX_CONTENTS) {
      fresh.add(cid);
    } else if (!fresh.contains(cid)) {
      refused++;
    }
  }

  synchronized void remove(Cid cid) {
    fresh.remove(cid);
    announced.remove(cid);
  }

  /// Lets the next batch go at once: with it a server learns the new addresses for all contents.
  synchronized void addressesChanged() {
    addressesChanged = true;
  }

  /// The contents to announce now.
  ///
  /// @return none if nothing is due; see [#taken]
  synchronized List<Cid> batch(long now, int limit) {
    List<Cid> batch = new ArrayList<>();
    for (Iterator<Cid> each = fresh.iterator(); each.hasNext() && batch.size() < limit; ) {
      batch.add(each.next());
    }
    boolean forAddresses = batch.isEmpty() && addressesChanged;
    for (Map.Entry<Cid, Long> entry : announced.entrySet()) {
      boolean due = now - entry.getValue() >= renewNanos;
      if (batch.size() >= limit || !due && !forAddresses) {
        break;
      }
      batch.add(entry.getKey());
    }
    return batch;
  }

  /// The server took a batch.
  synchronized void taken(List<Cid> batch, long now) {
    addressesChanged = false;
    for (Cid cid : batch) {
      // Unless it was withdrawn meanwhile.
      boolean known = fresh.remove(cid);
      known |= announced.remove(cid) != null;
      if (known) {
        announced.put(cid, now);
      }
    }
  }

  synchronized long size() {
    return (long) fresh.size() + announced.size();
  }

  /// Contents that the server has never taken.
  synchronized long waiting() {
    return fresh.size();
  }

  /// Contents for which there was no room.
  synchronized long refused() {
    return refused;
  }

  /// Contents whose renewal is late by more than half of its interval.
  synchronized long overdue(long now) {
    long late = 0;
    for (long last : announced.values()) {
      if (late >= MAX_COUNTED || now - last < renewNanos + renewNanos / 2) {
        break;
      }
      late++;
    }
    return late;
  }

  /// By how much the oldest is late.
  synchronized Duration lag(long now) {
    Iterator<Long> oldest = announced.values().iterator();
    return oldest.hasNext() && overdue(now) > 0
        ? Duration.ofNanos(now - oldest.next() - renewNanos)
        : Duration.ZERO;
  }
}
