package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// Keeps this node's keys announced: each at the eight closest nodes, renewed before they forget
/// it. Single-threaded.
///
/// What is due goes out in the order of the key space and paced, so that many keys make an even
/// stream and neighbours follow neighbours. A key that fewer than eight nodes keep goes out again
/// when the table grows.
final class Announcer {
  /// With answers within 100 ms that is 40 keys a second, and no more than 32 queries in flight.
  static final int MAX_RUNNING = 8;

  /// In a small network every node gets two queries a key: half of what a node answers to one
  /// global address.
  static final int KEYS_PER_SECOND = 25;

  /// Among local nodes alone, by the same rule.
  static final int LOCAL_KEYS_PER_SECOND = 400;

  /// Keys that may go out at once after a pause: what a user adds by hand.
  static final int BURST_KEYS = 50;

  static final long FIRST_RETRY_MILLIS = 2_000;
  static final long MAX_RETRY_MILLIS = 60_000;

  /// Nodes tend to arrive in groups: one renewal for all of them.
  static final long GROWTH_PAUSE_MILLIS = 250;

  /// A key that too few nodes keep goes out again after such a part of the interval.
  private static final int THIN_PART = 5;

  /// A first announcement is late after that.
  private static final long FIRST_DEADLINE_MILLIS = 60_000;

  private final DhtSettings settings;
  private final RoutingTable table;
  private final Upkeep upkeep;
  private final Bootstrap bootstrap;
  private final Network network;
  private final RandomGenerator random;
  private final Timers timers;
  private final TreeMap<NodeId, Announced> announced = new TreeMap<>();
  private final TreeSet<NodeId> due = new TreeSet<>();
  private NodeId cursor = new NodeId(0, 0, 0);
  private int running;
  private double budget = BURST_KEYS;
  private long budgetMillis;
  private boolean pumpPlanned;
  private boolean growthPlanned;

  Announcer(
      DhtSettings settings,
      RoutingTable table,
      Upkeep upkeep,
      Bootstrap bootstrap,
      Network network,
      RandomGenerator random,
      Timers timers) {
    this.settings = settings;
    this.table = table;
    this.upkeep = upkeep;
    this.bootstrap = bootstrap;
    this.network = network;
    this.random = random;
    this.timers = timers;
    upkeep.onGrowth(this::grew);
  }

  /// Where this node serves a key.
  ///
  /// @param port 1 to 65535
  /// @param host the address it listens at; empty for wherever the asker sees us
  record Place(int port, Optional<InetAddress> host) {}

  /// Is told the end of a first announcement.
  @FunctionalInterface
  interface Listener {
    /// @param ports those that at least one other node took
    void ended(Set<Integer> ports);
  }

  /// Announces a key from now on, in place of what was announced for it.
  void announce(NodeId key, List<Place> places, Listener listener, long nowMillis) {
    Announced entry = announced.computeIfAbsent(key, k -> new Announced(k, nowMillis));
    entry.places = List.copyOf(places);
    entry.listeners.add(listener);
    entry.round++;
    makeDue(entry, nowMillis);
  }

  void withdraw(NodeId key) {
    Announced entry = announced.remove(key);
    due.remove(key);
    if (entry != null) {
      entry.timer.cancel();
      entry.tell(Set.of());
    }
  }

  /// Our own places of a key, as `asker` can reach them: a node need not look further than to who
  /// has it.
  List<InetSocketAddress> providersSeenBy(NodeId key, InetSocketAddress asker) {
    Announced entry = announced.get(key);
    if (entry == null) {
      return List.of();
    }
    Scope scope = Scope.of(asker.getAddress());
    List<InetSocketAddress> out = new ArrayList<>();
    for (Place place : entry.places) {
      place
          .host()
          .or(() -> network.ownAddressToward(asker.getAddress()))
          .map(host -> new InetSocketAddress(host, place.port()))
          .filter(address -> settings.mayTell(scope, address))
          .ifPresent(out::add);
    }
    return out;
  }

  private void makeDue(Announced entry, long nowMillis) {
    entry.timer.cancel();
    if (!entry.running) {
      due.add(entry.key);
      bootstrap.whenSettled(this::pump, nowMillis);
    }
  }

  private void makeDueLater(Announced entry, long delayMillis, long nowMillis) {
    entry.timer.cancel();
    entry.timer = timers.at(nowMillis + delayMillis, now -> makeDue(entry, now));
  }

  private void grew(long nowMillis) {
    if (!growthPlanned) {
      growthPlanned = true;
      long pause = table.size() == 1 ? 0 : GROWTH_PAUSE_MILLIS;
      timers.at(nowMillis + pause, this::spreadFurther);
    }
  }

  private void spreadFurther(long nowMillis) {
    growthPlanned = false;
    for (Announced entry : List.copyOf(announced.values())) {
      if (entry.holders < Lookup.CLOSEST) {
        entry.round++;
        makeDue(entry, nowMillis);
      }
    }
  }

  private void pump(long nowMillis) {
    int perSecond = table.isLocal() ? LOCAL_KEYS_PER_SECOND : KEYS_PER_SECOND;
    double earned = (nowMillis - budgetMillis) * (double) perSecond / 1000;
    budget = Math.min(BURST_KEYS, budget + earned);
    budgetMillis = nowMillis;
    while (!due.isEmpty() && running < MAX_RUNNING && budget >= 1) {
      budget--;
      NodeId next = due.ceiling(cursor);
      cursor = next == null ? due.first() : next;
      due.remove(cursor);
      Announced entry = announced.get(cursor);
      if (entry != null) {
        run(entry, nowMillis);
      }
    }
    if (!due.isEmpty() && budget < 1 && !pumpPlanned) {
      pumpPlanned = true;
      timers.at(
          nowMillis + Math.ceilDiv(1000, perSecond),
          now -> {
            pumpPlanned = false;
            pump(now);
          });
    }
  }

  private void run(Announced entry, long nowMillis) {
    running++;
    entry.running = true;
    int round = entry.round;
    List<Place> places = entry.places;
    upkeep
        .lookUp(
            entry.key,
            new Method.GetPeers(entry.key, Set.of()),
            (closest, now) ->
                new AnnounceRound(
                        entry.key,
                        places,
                        upkeep.requests(),
                        (ports, holders, end) -> ended(entry, round, places, ports, holders, end))
                    .start(closest, now))
        .start(nowMillis);
  }

  private void ended(
      Announced entry,
      int round,
      List<Place> places,
      Set<Integer> ports,
      int holders,
      long nowMillis) {
    running--;
    entry.running = false;
    if (announced.get(entry.key) == entry) {
      entry.holders = holders;
      if (round != entry.round) {
        // New places, or new nodes, while it ran.
        makeDueLater(entry, holders > 0 ? GROWTH_PAUSE_MILLIS : 0, nowMillis);
      } else if (holders > 0) {
        makeDueLater(entry, renewalMillis(holders), nowMillis);
      } else {
        makeDueLater(entry, entry.retryMillis, nowMillis);
      }
      entry.retryMillis =
          holders > 0 ? FIRST_RETRY_MILLIS : Math.min(2 * entry.retryMillis, MAX_RETRY_MILLIS);
      entry.keptMillis = holders > 0 ? nowMillis : entry.keptMillis;
      if (places.equals(entry.places)) {
        entry.tell(ports);
      }
    }
    pump(nowMillis);
  }

  private long renewalMillis(int holders) {
    long interval = settings.announceInterval().toMillis();
    // Datagrams got lost, or somebody is full: fewer keep it than could.
    boolean thin = holders < Math.min(Lookup.CLOSEST, table.size());
    return thin ? interval / THIN_PART : interval + random.nextLong(interval / 3 + 1);
  }

  int keys() {
    return announced.size();
  }

  /// How late each key is that was not renewed in time, summed up. Walks over all keys.
  Lateness lateness(long nowMillis) {
    long allowed = 2 * settings.announceInterval().toMillis();
    long overdue = 0;
    long most = 0;
    for (Announced entry : announced.values()) {
      long late =
          entry.keptMillis < 0
              ? nowMillis - entry.sinceMillis - FIRST_DEADLINE_MILLIS
              : nowMillis - entry.keptMillis - allowed;
      overdue += late > 0 ? 1 : 0;
      most = Math.max(most, late);
    }
    return new Lateness(overdue, most);
  }

  /// @param overdue keys that were not announced in time
  /// @param mostMillis by how much the latest is late
  record Lateness(long overdue, long mostMillis) {}

  private static final class Announced {
    private final NodeId key;
    private final long sinceMillis;
    private final List<Listener> listeners = new ArrayList<>();
    private List<Place> places = List.of();
    private Timers.Timer timer = Timers.never();
    private boolean running;
    private int round;
    private int holders;
    private long keptMillis = -1;
    private long retryMillis = FIRST_RETRY_MILLIS;

    Announced(NodeId key, long sinceMillis) {
      this.key = key;
      this.sinceMillis = sinceMillis;
    }

    void tell(Set<Integer> ports) {
      List<Listener> told = List.copyOf(listeners);
      listeners.clear();
      told.forEach(listener -> listener.ended(ports));
    }
  }

  /// For tests and figures: how many keys wait for their turn.
  int dueKeys() {
    return due.size();
  }
}
