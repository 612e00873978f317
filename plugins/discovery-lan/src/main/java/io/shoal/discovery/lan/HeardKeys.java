package io.shoal.discovery.lan;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The keys that others on the links have announced by BEP 14, until they expire. Written by one
/// thread, read by any.
final class HeardKeys {
  /// Announcements that are kept, about 250 bytes each.
  static final int MAX_ENTRIES = 16_384;

  /// Of one machine: a stranger's machine must not push out what all others announced.
  static final int MAX_OF_ONE_SOURCE = 4_096;

  /// Of one key: more peers are found by each other.
  static final int MAX_OF_ONE_KEY = 64;

  /// Two renewals may be lost: they come every five minutes.
  static final Duration LIFETIME = Duration.ofMinutes(16);

  private final Map<String, Set<InetSocketAddress>> places = new HashMap<>();

  /// Every announcement once more, the one that expires first in front.
  private final Map<Entry, Long> order = new LinkedHashMap<>();

  private final Map<InetAddress, Integer> counts = new HashMap<>();

  private record Entry(String key, InetSocketAddress place) {}

  /// Takes an announcement.
  ///
  /// @return false if there is no room
  synchronized boolean put(String key, InetSocketAddress place, long nowNanos) {
    expire(nowNanos);
    Entry entry = new Entry(key, place);
    Set<InetSocketAddress> known = places.getOrDefault(key, Set.of());
    if (!known.contains(place)
        && (order.size() >= MAX_ENTRIES
            || known.size() >= MAX_OF_ONE_KEY
            || counts.getOrDefault(place.getAddress(), 0) >= MAX_OF_ONE_SOURCE)) {
      return false;
    }
    remove(entry);
    order.put(entry, nowNanos + LIFETIME.toNanos());
    places.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(place);
    counts.merge(place.getAddress(), 1, Integer::sum);
    return true;
  }

  private void remove(Entry entry) {
    if (order.remove(entry) == null) {
      return;
    }
    places.computeIfPresent(
        entry.key(),
        (_, known) -> {
          known.remove(entry.place());
          return known.isEmpty() ? null : known;
        });
    counts.computeIfPresent(
        entry.place().getAddress(), (_, count) -> count == 1 ? null : count - 1);
  }

  private void expire(long nowNanos) {
    while (!order.isEmpty()) {
      Map.Entry<Entry, Long> oldest = order.entrySet().iterator().next();
      if (nowNanos - oldest.getValue() < 0) {
        return;
      }
      remove(oldest.getKey());
    }
  }

  /// Where a key was announced.
  synchronized List<InetSocketAddress> places(String key, long nowNanos) {
    expire(nowNanos);
    return List.copyOf(places.getOrDefault(key, Set.of()));
  }

  synchronized int size() {
    return order.size();
  }

  /// Machines that announced something.
  synchronized int sources() {
    return counts.size();
  }

  synchronized void clear() {
    places.clear();
    order.clear();
    counts.clear();
  }
}
