package io.shoal.discovery.routing;

import io.shoal.api.Multihash;
import io.shoal.api.PeerId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What nodes announced to this server. Bounded as a whole, for each node, and for each address
/// that announcements come from, so that nobody fills it for all. Usable from any thread.
final class ProviderTable {
  /// How long an announcement holds that does not say so, and the longest that one holds.
  static final Duration MAX_TTL = Duration.ofDays(1);

  /// How far the clock of a node may be off, and how long a recorded announcement can be sent again
  /// by a stranger.
  static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(10);

  /// Nodes: about 3 KB each with their addresses.
  static final int MAX_NODES = 5_000;

  /// Of the whole, a node may have a quarter, and so may all nodes of one address.
  private static final int SHARES = 4;

  /// A node with its addresses, which hold for all that it has.
  private static final class Node {
    private PeerRecord record;
    private Instant madeAt;
    private String client;
    private int contents;

    Node(PeerRecord record, Instant madeAt, String client) {
      this.record = record;
      this.madeAt = madeAt;
      this.client = client;
    }
  }

  private final int maxRecords;
  private final LongSupplier nanoTime;
  private final InstantSource clock;

  private final Map<PeerId, Node> nodes = new HashMap<>();
  private final Map<String, Integer> recordsOfClients = new HashMap<>();

  /// Until when each node has a content, the one that announced last at the end.
  private final Map<Multihash, LinkedHashMap<PeerId, Long>> contents = new HashMap<>();

  private int records;

  ProviderTable(int maxRecords, LongSupplier nanoTime, InstantSource clock) {
    this.maxRecords = maxRecords;
    this.nanoTime = nanoTime;
    this.clock = clock;
  }

  /// Takes an announcement.
  ///
  /// @param record its record with the addresses that the node may name
  /// @param client the place that it came from, see [AddressRules#client]
  /// @return why not all of it was taken, one line; empty if all was
  synchronized Optional<String> put(Announcement announced, PeerRecord record, String client) {
    Duration skew = Duration.between(announced.madeAt(), clock.instant()).abs();
    if (skew.compareTo(MAX_CLOCK_SKEW) > 0) {
      return Optional.of("its Timestamp is off by " + skew.toMinutes() + " min: set the clock");
    }
    if (!record.hasAddresses()) {
      return Optional.of("it has no address that its node may name from there");
    }
    Node node = nodes.get(record.peer());
    if (node != null && announced.madeAt().isBefore(node.madeAt)) {
      return Optional.of("a newer one of its node is here");
    }
    if (node == null) {
      if (nodes.size() >= MAX_NODES) {
        return Optional.of("the table is full: announce later");
      }
      node = new Node(record, announced.madeAt(), client);
      nodes.put(record.peer(), node);
    }
    move(node, client);
    node.record = record;
    node.madeAt = announced.madeAt();
    return add(node, announced);
  }

  private void move(Node node, String client) {
    if (!node.client.equals(client)) {
      count(node.client, -node.contents);
      node.client = client;
      count(client, node.contents);
    }
  }

  private void count(String client, int more) {
    recordsOfClients.merge(client, more, Integer::sum);
    recordsOfClients.remove(client, 0);
  }

  private Optional<String> add(Node node, Announcement announced) {
    Duration asked = announced.ttl().isZero() ? MAX_TTL : announced.ttl();
    long until = nanoTime.getAsLong() + (asked.compareTo(MAX_TTL) < 0 ? asked : MAX_TTL).toNanos();
    PeerId peer = node.record.peer();
    int share = Math.max(1, maxRecords / SHARES);
    for (Multihash content : announced.contents()) {
      Map<PeerId, Long> providers = contents.get(content);
      boolean known = providers != null && providers.remove(peer) != null;
      if (!known) {
        if (records >= maxRecords) {
          return Optional.of("the table is full: announce later");
        }
        if (recordsOfClients.getOrDefault(node.client, 0) >= share) {
          return Optional.of("the share of its node or its address is used up: announce less");
        }
        records++;
        node.contents++;
        count(node.client, 1);
      }
      // Most contents have one provider or two.
      contents.computeIfAbsent(content, _ -> new LinkedHashMap<>(2)).put(peer, until);
    }
    return Optional.empty();
  }

  /// The nodes that have a content, those that announced last first.
  synchronized List<PeerRecord> find(Multihash content, int limit) {
    long now = nanoTime.getAsLong();
    List<PeerRecord> found = new ArrayList<>();
    LinkedHashMap<PeerId, Long> providers = contents.get(content);
    if (providers != null) {
      for (Map.Entry<PeerId, Long> entry : providers.sequencedEntrySet().reversed()) {
        Node node = nodes.get(entry.getKey());
        if (found.size() >= limit) {
          break;
        }
        if (node != null && entry.getValue() - now > 0) {
          found.add(node.record);
        }
      }
    }
    return found;
  }

  /// The record of a node.
  synchronized Optional<PeerRecord> node(PeerId peer) {
    return Optional.ofNullable(nodes.get(peer)).map(node -> node.record);
  }

  /// Removes what has expired. Called now and then.
  synchronized void sweep() {
    long now = nanoTime.getAsLong();
    contents
        .values()
        .removeIf(
            providers -> {
              providers.entrySet().removeIf(entry -> isOver(entry, now));
              return providers.isEmpty();
            });
    nodes.values().removeIf(node -> node.contents == 0);
  }

  private boolean isOver(Map.Entry<PeerId, Long> entry, long now) {
    if (entry.getValue() - now > 0) {
      return false;
    }
    Node node = nodes.get(entry.getKey());
    if (node != null) {
      node.contents--;
      count(node.client, -1);
    }
    records--;
    return true;
  }

  synchronized int records() {
    return records;
  }

  /// A node, for people who look.
  record Listed(PeerRecord record, int contents, String client) {}

  synchronized List<Listed> nodes(int limit) {
    return nodes.values().stream()
        .limit(limit)
        .map(node -> new Listed(node.record, node.contents, node.client))
        .toList();
  }
}
