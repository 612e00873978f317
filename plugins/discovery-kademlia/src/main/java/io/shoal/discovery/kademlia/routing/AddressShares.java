package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How many places of the routing table each host and each network has. Belongs to the table.
final class AddressShares {
  /// Enough for the honest neighbours of one provider; a table has a hundred nodes and more.
  static final int MAX_PER_NETWORK = 4;

  private final Map<InetAddress, Integer> perHost = new HashMap<>();
  private final Map<AddressPrefix, Integer> perNetwork = new HashMap<>();

  void add(TableEntry entry) {
    perHost.merge(host(entry), 1, Integer::sum);
    entry.network().ifPresent(network -> perNetwork.merge(network, 1, Integer::sum));
  }

  void remove(TableEntry entry) {
    decrement(perHost, host(entry));
    entry.network().ifPresent(network -> decrement(perNetwork, network));
  }

  private static <K> void decrement(Map<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
  }

  void clear() {
    perHost.clear();
    perNetwork.clear();
  }

  /// Whether a network has as many nodes as it may have: in the whole table, or in the bucket.
  ///
  /// @param network empty if it is not bounded
  boolean isCrowded(Bucket bucket, Optional<AddressPrefix> network) {
    int there = network.isPresent() ? perNetwork.getOrDefault(network.get(), 0) : 0;
    return there >= MAX_PER_NETWORK || there > 0 && bucket.holds(network.orElseThrow());
  }

  /// Whether another node has the host, where networks are bounded.
  boolean isHostTaken(TableEntry entry) {
    return entry.network().isPresent() && perHost.containsKey(host(entry));
  }

  /// Whether all nodes are on this machine or in a private network.
  boolean isLocal() {
    return perHost.keySet().stream().noneMatch(host -> Scope.of(host) == Scope.GLOBAL);
  }

  private static InetAddress host(TableEntry entry) {
    return entry.contact().address().getAddress();
  }
}
