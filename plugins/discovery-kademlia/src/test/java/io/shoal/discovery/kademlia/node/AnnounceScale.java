package io.shoal.discovery.kademlia.node;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.lookup.Lookup;
import io.shoal.discovery.kademlia.lookup.LookupEnd;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.testing.Simulation;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// One node that announces many keys in a network of [StillMember]s, and what that takes.
final class AnnounceScale {
  private static final List<Announcer.Place> PLACES =
      List.of(new Announcer.Place(4600, Optional.empty()));

  private static final Duration STEP = Duration.ofSeconds(10);

  /// Of each far bucket so many are known, and so many on either side of the own id.
  private static final int FAR = 8;

  private static final int NEAR = 12;

  private final Simulation simulation;
  private final RandomGenerator random;
  private final List<StillMember> members = new ArrayList<>();
  private final List<NodeId> keys = new ArrayList<>();

  /// The node that announces; none once [#heapOfTheAnnouncer] took it.
  private final List<Simulation.Peer> announcer = new ArrayList<>(1);

  private final Watch watch = new Watch();
  private int announced;

  AnnounceScale(long seed, int nodes, Optional<Bytes> versionOfOthers) {
    Simulation.Conditions conditions = Simulation.Conditions.publicNetwork(0);
    this.simulation = new Simulation(seed, conditions);
    this.random = new SplittableRandom(seed);
    DhtSettings settings = TestSettings.with(conditions.settings(), versionOfOthers);
    for (int i = 0; i < nodes; i++) {
      StillMember member = new StillMember(simulation, settings, random);
      members.add(member);
      simulation.add(member);
    }
    members.sort(Comparator.comparing(member -> member.contact().id()));
    introduce();
    Simulation.Peer first = simulation.join();
    announcer.add(first);
    List<InetSocketAddress> known =
        members.stream().limit(20).map(Simulation.Member::address).toList();
    first.act(() -> first.node().bootstrap(Bootstrap.Addresses.of(known), simulation.nowMillis()));
    simulation.run(Duration.ofSeconds(30));
    // Joining is another matter.
    first.add(watch);
  }

  private Simulation.Peer announcer() {
    return announcer.getFirst();
  }

  private void introduce() {
    int count = members.size();
    for (int i = 0; i < count; i++) {
      StillMember member = members.get(i);
      for (int away = 1; away <= Math.min(NEAR, count / 2); away++) {
        member.meet(members.get((i + away) % count).contact());
        member.meet(members.get((i + count - away) % count).contact());
      }
      NodeId self = member.contact().id();
      for (int bucket = 0; 1 << bucket < count; bucket++) {
        for (int n = 0; n < FAR; n++) {
          int near = indexOf(self.randomAtPrefix(bucket, random));
          if (near != i) {
            member.meet(members.get(near).contact());
          }
        }
      }
    }
  }

  private int indexOf(NodeId target) {
    int low = 0;
    int high = members.size() - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (members.get(middle).contact().id().compareTo(target) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// Announces so many more keys at once.
  void announce(int count) {
    announcer()
        .act(
            () -> {
              for (int i = 0; i < count; i++) {
                NodeId key = NodeId.random(random);
                keys.add(key);
                announcer()
                    .node()
                    .announce(key, PLACES, ports -> announced++, simulation.nowMillis());
              }
            });
  }

  void run(Duration time) {
    simulation.run(time);
  }

  /// Runs until each key has been announced once more, for a time of `atMost`, and calls `look`
  /// every minute.
  void runUntilRenewed(Duration atMost, Runnable look) {
    long begin = simulation.nowMillis();
    Duration took = Duration.ZERO;
    while (!watch.allAnnouncedAfter(begin) && took.compareTo(atMost) < 0) {
      run(Duration.ofMinutes(1));
      took = took.plusMinutes(1);
      look.run();
    }
  }

  /// Runs until all first announcements have ended, for a time of `atMost`.
  ///
  /// @return how long that took
  Duration runUntilTold(Duration atMost) {
    Duration took = Duration.ZERO;
    while (announced < keys.size() && took.compareTo(atMost) < 0) {
      run(STEP);
      took = took.plus(STEP);
    }
    return took;
  }

  DhtNode.Snapshot figures() {
    return announcer().node().snapshot(simulation.nowMillis());
  }

  /// First announcements that ended.
  int announced() {
    return announced;
  }

  Watch watch() {
    return watch;
  }

  long refused() {
    return members.stream().mapToLong(StillMember::refused).sum();
  }

  /// How many of the eight nodes that are closest to a key keep it, in the mean over some keys.
  double keepersOfTheClosest(int sample) {
    long kept = 0;
    for (int i = 0; i < sample; i++) {
      NodeId key = keys.get(random.nextInt(keys.size()));
      kept +=
          members.stream()
              .sorted((a, b) -> key.compareDistance(a.contact().id(), b.contact().id()))
              .limit(Lookup.CLOSEST)
              .filter(member -> member.keeps(key, simulation.nowMillis()))
              .count();
    }
    return (double) kept / sample;
  }

  /// Looks up every key as if it were the only one: what one announcement takes that knows nothing
  /// but the routing table, announcements included.
  static double queriesOfFullLookups(long seed, int nodes, int keys) {
    AnnounceScale alone = new AnnounceScale(seed, nodes, Optional.empty());
    long before = alone.watch.lookups();
    for (int i = 0; i < keys; i++) {
      NodeId key = NodeId.random(alone.random);
      Simulation.Peer peer = alone.announcer();
      peer.act(() -> peer.node().find(key, new Deaf(), alone.simulation.nowMillis()));
      alone.run(Duration.ofSeconds(2));
    }
    return (double) (alone.watch.lookups() - before) / keys + Lookup.CLOSEST;
  }

  private record Deaf() implements DhtNode.FindListener {
    @Override
    public void found(InetSocketAddress provider) {}

    @Override
    public void ended(LookupEnd why) {}
  }

  /// The heap that goes with the announcing node.
  long heapOfTheAnnouncer() {
    long with = usedHeap();
    simulation.kill(announcer.removeFirst());
    // What is on its way still knows it.
    simulation.run(Duration.ofMinutes(2));
    return with - usedHeap();
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  /// What kinds of queries the announcing node sends, and how densely to one address.
  final class Watch implements Simulation.Tap {
    private static final long SECOND_MILLIS = 1_000;

    private final Map<InetAddress, Queue<Long>> lastSecond = new HashMap<>();
    private final EnumMap<Kind, Long> sent = new EnumMap<>(Kind.class);
    private final Map<NodeId, Long> announced = new HashMap<>();
    private long longestMillis;
    private int most;

    enum Kind {
      GET_PEERS,
      ANNOUNCE,
      BATCH,
      OTHER
    }

    @Override
    public void sent(InetSocketAddress to, byte[] datagram) {
      if (!(PacketReader.read(datagram) instanceof Packet.Query query)) {
        return;
      }
      Kind kind =
          switch (query.method()) {
            case Method.GetPeers _ -> Kind.GET_PEERS;
            case Method.AnnouncePeer _ -> Kind.ANNOUNCE;
            case Method.AnnounceMany _ -> Kind.BATCH;
            default -> Kind.OTHER;
          };
      sent.merge(kind, 1L, Long::sum);
      long now = simulation.nowMillis();
      switch (query.method()) {
        case Method.AnnouncePeer one -> announced(one.key(), now);
        case Method.AnnounceMany many -> many.keys().forEach(key -> announced(key, now));
        default -> {}
      }
      Queue<Long> times = lastSecond.computeIfAbsent(to.getAddress(), a -> new ArrayDeque<>(8));
      while (!times.isEmpty() && times.peek() <= now - SECOND_MILLIS) {
        times.remove();
      }
      times.add(now);
      most = Math.max(most, times.size());
    }

    private void announced(NodeId key, long now) {
      Long before = announced.put(key, now);
      longestMillis = before == null ? longestMillis : Math.max(longestMillis, now - before);
    }

    /// Whether every key was announced after that time.
    boolean allAnnouncedAfter(long millis) {
      return announced.size() == keys.size()
          && announced.values().stream().allMatch(last -> last > millis);
    }

    /// The longest that a key had to wait for its renewal.
    Duration longest() {
      return Duration.ofMillis(longestMillis);
    }

    @Override
    public void received(InetSocketAddress from, byte[] datagram) {}

    long lookups() {
      return sent.getOrDefault(Kind.GET_PEERS, 0L);
    }

    long batches() {
      return sent.getOrDefault(Kind.BATCH, 0L);
    }

    /// The most that one address got within a second.
    int mostInASecond() {
      return most;
    }
  }
}
