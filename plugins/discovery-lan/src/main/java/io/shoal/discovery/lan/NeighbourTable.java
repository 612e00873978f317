package io.shoal.discovery.lan;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// The nodes of this swarm on each link, until what they said of themselves expires. Written by one
/// thread, read by any.
final class NeighbourTable {
  /// Nodes on all links, about 1 KB each; a larger network has other ways to find peers.
  static final int MAX_NEIGHBOURS = 512;

  /// Nodes of one machine: a stranger's machine must not take the places of all others.
  static final int MAX_OF_ONE_SOURCE = 16;

  private final Map<Key, Neighbour> neighbours = new HashMap<>();

  /// A node that is heard over two links is two: each has the addresses of its link.
  private record Key(String instance, String link) {}

  /// A node on a link.
  ///
  /// @param description what it said last
  /// @param source the address that it came from
  /// @param link the name of the link
  /// @param endpoints those that may be dialled
  /// @param heardNanos when it said so
  /// @param expiresNanos when that holds no longer
  record Neighbour(
      ServiceDescription description,
      InetAddress source,
      String link,
      List<PeerAddress> endpoints,
      long heardNanos,
      long expiresNanos) {
    Neighbour {
      endpoints = List.copyOf(endpoints);
    }
  }

  /// Takes a node, in the place of what it said before.
  ///
  /// @return false if there is no room
  synchronized boolean put(Neighbour neighbour) {
    Key key = new Key(neighbour.description().instance(), neighbour.link());
    if (!neighbours.containsKey(key)
        && (neighbours.size() >= MAX_NEIGHBOURS || ofSource(neighbour) >= MAX_OF_ONE_SOURCE)) {
      return false;
    }
    neighbours.put(key, neighbour);
    return true;
  }

  private long ofSource(Neighbour neighbour) {
    return neighbours.values().stream()
        .filter(known -> known.source().equals(neighbour.source()))
        .count();
  }

  /// Forgets a node that says that it goes. Only its own machine can say so.
  synchronized void remove(String instance, InetAddress source) {
    neighbours
        .values()
        .removeIf(
            known ->
                known.description().instance().equals(instance) && known.source().equals(source));
  }

  synchronized void expire(long nowNanos) {
    neighbours.values().removeIf(known -> nowNanos - known.expiresNanos() >= 0);
  }

  /// How long until the first one expires.
  ///
  /// @return nanoseconds; empty without any
  synchronized OptionalLong firstExpiryNanos(long nowNanos) {
    return neighbours.values().stream().mapToLong(known -> known.expiresNanos() - nowNanos).min();
  }

  /// Whether a description was checked before, over any link.
  synchronized boolean knows(ServiceDescription description) {
    return neighbours.values().stream().anyMatch(known -> known.description().equals(description));
  }

  /// All of them, in the order of their names.
  synchronized List<Neighbour> all() {
    return neighbours.values().stream()
        .sorted(
            Comparator.comparing((Neighbour known) -> known.description().instance())
                .thenComparing(Neighbour::link))
        .toList();
  }

  /// How many nodes there are, however many links they are heard over.
  synchronized int size() {
    return (int) neighbours.keySet().stream().map(Key::instance).distinct().count();
  }

  synchronized void clear() {
    neighbours.clear();
  }
}
