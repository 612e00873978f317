package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/// The providers that others announced to this node. Each lives for 45 minutes unless announced
/// again. Single-threaded.
final class ProviderStore {
  /// Three times the interval at which nodes announce, so that two lost announcements do no harm
  /// (libtorrent has the same).
  static final long LIFETIME_MILLIS = 45 * 60_000;

  /// More providers than anybody can use of one key; a reply takes a sample of about 50.
  static final int MAX_PROVIDERS_PER_KEY = 500;

  /// At about 150 bytes each, some 15 MB.
  static final int MAX_PROVIDERS = 100_000;

  /// The providers of each key with the time of their announcement, oldest first: expiry is a walk
  /// from the front.
  private final Map<NodeId, Map<InetSocketAddress, Long>> byKey = new HashMap<>();

  private final RandomGenerator random;
  private int size;

  ProviderStore(RandomGenerator random) {
    this.random = random;
  }

  /// Stores a provider or renews it.
  ///
  /// @return whether it is stored now; if not, the store is full
  boolean add(NodeId key, InetSocketAddress provider, long nowMillis) {
    Map<InetSocketAddress, Long> providers = byKey.getOrDefault(key, new LinkedHashMap<>());
    boolean known = providers.remove(provider) != null;
    if (!known && (size >= MAX_PROVIDERS || providers.size() >= MAX_PROVIDERS_PER_KEY)) {
      return false;
    }
    // Removed and put again, so that it moves to the end.
    providers.put(provider, nowMillis);
    byKey.put(key, providers);
    size += known ? 0 : 1;
    return true;
  }

  /// Whether [#add] would take a new provider of the key.
  boolean hasRoom(NodeId key) {
    Map<InetSocketAddress, Long> providers = byKey.get(key);
    return size < MAX_PROVIDERS && (providers == null || providers.size() < MAX_PROVIDERS_PER_KEY);
  }

  /// A random sample of the providers of a key that may be told.
  List<InetSocketAddress> sample(
      NodeId key, int max, Predicate<InetSocketAddress> tellable, long nowMillis) {
    Map<InetSocketAddress, Long> providers = byKey.get(key);
    if (providers == null) {
      return List.of();
    }
    expire(providers, nowMillis);
    List<InetSocketAddress> all = new ArrayList<>();
    for (InetSocketAddress provider : providers.keySet()) {
      if (tellable.test(provider)) {
        all.add(provider);
      }
    }
    for (int i = 0; i < Math.min(max, all.size() - 1); i++) {
      int other = i + random.nextInt(all.size() - i);
      InetSocketAddress swapped = all.set(i, all.get(other));
      all.set(other, swapped);
    }
    return List.copyOf(all.subList(0, Math.min(max, all.size())));
  }

  /// Drops what has expired.
  void sweep(long nowMillis) {
    byKey
        .values()
        .removeIf(
            providers -> {
              expire(providers, nowMillis);
              return providers.isEmpty();
            });
  }

  private void expire(Map<InetSocketAddress, Long> providers, long nowMillis) {
    Iterator<Long> oldestFirst = providers.values().iterator();
    while (oldestFirst.hasNext() && nowMillis - oldestFirst.next() >= LIFETIME_MILLIS) {
      oldestFirst.remove();
      size--;
    }
  }

  int size() {
    return size;
  }

  int keys() {
    return byKey.size();
  }
}
