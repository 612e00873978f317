package io.shoal.discovery.lan;

import io.shoal.api.Cid;
import io.shoal.discovery.lan.OwnEndpoints.Port;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// BEP 14: announces the keys of what this node has, and keeps those that others announce. The
/// clients of BitTorrent do the same, so that they and this node find each other.
final class KeyAgent implements Agent {
  /// Contents that are announced, about 150 bytes each. Neighbours are asked for all others too.
  static final int MAX_CONTENTS = 10_000;

  /// The pauses before each announcement of a content; the last one comes again and again (BEP 14:
  /// five minutes). A packet may be lost, and a neighbour that starts now may not listen yet.
  private static final List<Duration> PAUSES =
      List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofMinutes(5));

  /// Between packets: ten a second and link are no burden for a wireless network.
  private static final Duration STEP = Duration.ofMillis(100);

  private final SwarmKeys keys;
  private final String cookie;
  private final HeardKeys heard;

  private Links links = Links.NONE;
  private OwnEndpoints endpoints = OwnEndpoints.NONE;

  /// For each of [#PAUSES] what waits for it, with the time when it ends, the earliest in front.
  private final List<Map<Cid, Long>> stages =
      PAUSES.stream().<Map<Cid, Long>>map(_ -> new LinkedHashMap<>()).toList();

  private long stepNanos;
  private long leftOut;

  /// @param cookie a word that no other node has
  KeyAgent(SwarmKeys keys, String cookie, HeardKeys heard) {
    this.keys = keys;
    this.cookie = cookie;
    this.heard = heard;
  }

  void announce(Cid cid, long nowNanos) {
    if (stages.stream().noneMatch(stage -> stage.containsKey(cid))) {
      if (size() < MAX_CONTENTS) {
        stages.getFirst().put(cid, nowNanos);
      } else {
        leftOut++;
      }
    }
  }

  void withdraw(Cid cid) {
    stages.forEach(stage -> stage.remove(cid));
  }

  /// Contents that are kept announced.
  int size() {
    return stages.stream().mapToInt(Map::size).sum();
  }

  /// Contents that were too many.
  long leftOut() {
    return leftOut;
  }

  @Override
  public void linksAre(Links now, long nowNanos) {
    links = now;
    stepNanos = nowNanos;
    renewAll(nowNanos);
  }

  @Override
  public void reachableAt(OwnEndpoints now, long nowNanos) {
    endpoints = now;
    renewAll(nowNanos);
  }

  private void renewAll(long nowNanos) {
    for (Map<Cid, Long> stage : stages.subList(1, stages.size())) {
      stage.keySet().forEach(cid -> stages.getFirst().put(cid, nowNanos));
      stage.clear();
    }
  }

  @Override
  public void received(byte[] bytes, Group group, Link link, InetSocketAddress from, long nowNanos)
      throws MalformedPacketException {
    SearchMessage message = SearchMessage.read(bytes);
    if (message.cookie().equals(cookie) || Link.isBound(from.getAddress())) {
      return;
    }
    InetSocketAddress place = new InetSocketAddress(from.getAddress(), message.port());
    for (String key : message.keys()) {
      heard.put(key, place, nowNanos);
    }
  }

  @Override
  public List<Outgoing> due(long nowNanos) {
    if (untilDueNanos(nowNanos) > 0) {
      return List.of();
    }
    stepNanos = nowNanos + STEP.toNanos();
    List<Cid> next = next(nowNanos);
    List<Outgoing> due = new ArrayList<>();
    for (Link link : links.links()) {
      for (Group group : Group.values()) {
        if (!group.isDns() && link.speaks(group.family())) {
          for (Port port : endpoints.ports(link, group.family())) {
            due.addAll(packets(next, port, link, group));
          }
        }
      }
    }
    return due;
  }

  private List<Cid> next(long nowNanos) {
    List<Cid> next = new ArrayList<>();
    // From the last stage on, so that none takes twice in one step.
    for (int i = stages.size() - 1; i >= 0; i--) {
      int after = Math.min(i + 1, stages.size() - 1);
      List<Cid> taken = new ArrayList<>();
      Iterator<Map.Entry<Cid, Long>> waiting = stages.get(i).entrySet().iterator();
      while (next.size() + taken.size() < SearchMessage.MAX_KEYS && waiting.hasNext()) {
        Map.Entry<Cid, Long> first = waiting.next();
        if (nowNanos - first.getValue() < 0) {
          break;
        }
        taken.add(first.getKey());
        waiting.remove();
      }
      taken.forEach(cid -> stages.get(after).put(cid, nowNanos + PAUSES.get(after).toNanos()));
      next.addAll(taken);
    }
    return next;
  }

  /// Clients of BitTorrent read one key of a packet, nodes read all.
  private List<Outgoing> packets(List<Cid> cids, Port port, Link link, Group group) {
    List<List<String>> packets = new ArrayList<>();
    List<String> together = new ArrayList<>();
    for (Cid cid : cids) {
      String key = keys.provider(cid, port.scheme());
      if (cid.codec() == Cid.TORRENT_INFO) {
        packets.add(List.of(key));
      } else {
        together.add(key);
      }
    }
    if (!together.isEmpty()) {
      packets.add(together);
    }
    return packets.stream()
        .map(of -> new SearchMessage(port.number(), of, cookie).bytes(group))
        .map(bytes -> Outgoing.multicast(group, link, bytes))
        .toList();
  }

  @Override
  public long untilDueNanos(long nowNanos) {
    if (links.links().isEmpty() || endpoints.all().isEmpty()) {
      return Long.MAX_VALUE;
    }
    long due = Long.MAX_VALUE;
    for (Map<Cid, Long> stage : stages) {
      if (!stage.isEmpty()) {
        due = Math.min(due, stage.values().iterator().next() - nowNanos);
      }
    }
    return Math.max(due, stepNanos - nowNanos);
  }

  @Override
  public List<Outgoing> farewell() {
    return List.of();
  }
}
