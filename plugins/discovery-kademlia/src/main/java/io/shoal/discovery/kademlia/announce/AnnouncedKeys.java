package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The announced keys in the order of the key space, and whose turn it is.
///
/// The space is cut into lanes, each of which is swept on its own, a key at a time: neighbours
/// follow neighbours, so that each finds the nodes of the one before, and yet no node gets what its
/// keys need all at once, since the lanes are far apart. Single-threaded.
final class AnnouncedKeys {
  private static final int LANE_BITS = 8;

  /// A lane manages about one key a second, since a node may get four packets in it and each key
  /// needs two: so many lanes do more than [AnnouncePace#KEYS_PER_SECOND].
  static final int LANES = 1 << LANE_BITS;

  /// Lists of places that keys share: a node has one or two.
  private static final int MAX_SHARED_PLACES = 64;

  private final List<Lane> lanes = new ArrayList<>(LANES);
  private final Map<List<Announcer.Place>, List<Announcer.Place>> sharedPlaces = new HashMap<>();
  private final RandomGenerator random;
  private int size;
  private int unkept;
  private int turn;

  AnnouncedKeys(RandomGenerator random) {
    this.random = random;
    for (int i = 0; i < LANES; i++) {
      lanes.add(new Lane());
    }
  }

  private Lane lane(NodeId key) {
    return lanes.get((int) (key.high() >>> Long.SIZE - LANE_BITS));
  }

  Optional<AnnouncedKey> get(NodeId key) {
    return Optional.ofNullable(lane(key).keys.get(key));
  }

  /// The entry of a key, made if there is none.
  AnnouncedKey enter(NodeId key, long nowMillis) {
    Map<NodeId, AnnouncedKey> keys = lane(key).keys;
    AnnouncedKey known = keys.get(key);
    if (known != null) {
      return known;
    }
    long turnMillis = nowMillis + 1_000L * unkept / AnnouncePace.KEYS_PER_SECOND;
    AnnouncedKey made = new AnnouncedKey(key, turnMillis);
    keys.put(key, made);
    size++;
    unkept++;
    return made;
  }

  /// The same places as one list for all keys that have them, which saves a list a key.
  List<Announcer.Place> shared(List<Announcer.Place> places) {
    if (sharedPlaces.size() >= MAX_SHARED_PLACES) {
      sharedPlaces.clear();
    }
    return sharedPlaces.computeIfAbsent(List.copyOf(places), same -> same);
  }

  Optional<AnnouncedKey> remove(NodeId key) {
    Optional<AnnouncedKey> removed = Optional.ofNullable(lane(key).keys.remove(key));
    removed.ifPresent(
        entry -> {
          size--;
          unkept -= entry.isKept() ? 0 : 1;
        });
    return removed;
  }

  /// An announcement of a key ended.
  ///
  /// @param holders how many nodes took it
  void took(AnnouncedKey entry, int holders, long nowMillis) {
    boolean isFirst = !entry.isKept() && holders > 0;
    entry.ends(holders, nowMillis);
    if (isFirst && isCurrent(entry)) {
      unkept--;
    }
  }

  /// Whether it was not withdrawn.
  boolean isCurrent(AnnouncedKey entry) {
    return get(entry.key()).filter(current -> current == entry).isPresent();
  }

  /// No other node is known that could take a key: the queued ones and those that are due fail,
  /// without a lookup and a timer for each, until they are planned again.
  void fail(Queue<AnnouncedKey> queued, long nowMillis) {
    for (AnnouncedKey next = queued.poll(); next != null; next = queued.poll()) {
      if (next.isQueued() && isCurrent(next)) {
        next.begins();
        fail(next, nowMillis);
      }
    }
    for (Optional<AnnouncedKey> due = takeDue(0, nowMillis);
        due.isPresent();
        due = takeDue(0, nowMillis)) {
      ended(due.get());
      fail(due.get(), nowMillis);
    }
  }

  private void fail(AnnouncedKey entry, long nowMillis) {
    took(entry, 0, nowMillis);
    plan(entry, Long.MAX_VALUE, false);
    entry.notifyListeners(Set.of());
  }

  int size() {
    return size;
  }

  /// @param early whether it may go some time before, with its neighbours
  void plan(AnnouncedKey entry, long dueMillis, boolean early) {
    entry.dueAt(dueMillis, early);
    Lane lane = lane(entry.key());
    lane.nextMillis = Math.min(lane.nextMillis, dueMillis);
  }

  /// Takes the next key that is due, lane by lane in turn; its lane rests until [#ended].
  ///
  /// @param earlyMillis how long before its time a key may go when its lane is being swept
  Optional<AnnouncedKey> takeDue(long earlyMillis, long nowMillis) {
    for (int i = 0; i < LANES; i++) {
      Lane lane = lanes.get(turn);
      turn = (turn + 1) % LANES;
      if (!lane.busy && Math.max(lane.nextMillis, lane.restsUntilMillis) <= nowMillis) {
        Optional<AnnouncedKey> next = lane.next(earlyMillis, nowMillis);
        if (next.isPresent()) {
          lane.busy = true;
          return next;
        }
        lane.spread = random.nextDouble();
      }
    }
    return Optional.empty();
  }

  /// What [#takeDue] gave has gone out.
  void ended(AnnouncedKey entry) {
    lane(entry.key()).busy = false;
  }

  /// Passes over the lane of what [#takeDue] gave: its nodes have enough to do.
  void rest(AnnouncedKey entry, long untilMillis) {
    Lane lane = lane(entry.key());
    lane.busy = false;
    lane.restsUntilMillis = untilMillis;
    // It is the first again.
    lane.cursor = Optional.ofNullable(lane.keys.lowerKey(entry.key()));
  }

  /// A number from 0 to 1 that a key shares with the other keys of its lane until that has been
  /// swept: what is renewed by it stays together, and the lanes do not all come at the same time.
  double spread(AnnouncedKey entry) {
    return lane(entry.key()).spread;
  }

  /// When [#takeDue] may find something again, if nothing ends before.
  long nextMillis() {
    long next = Long.MAX_VALUE;
    for (Lane lane : lanes) {
      if (!lane.busy) {
        next = Math.min(next, Math.max(lane.nextMillis, lane.restsUntilMillis));
      }
    }
    return next;
  }

  void forEach(Consumer<AnnouncedKey> action) {
    lanes.forEach(lane -> lane.keys.values().forEach(action));
  }

  private static final class Lane {
    private final TreeMap<NodeId, AnnouncedKey> keys = new TreeMap<>();

    /// The key that went last.
    private Optional<NodeId> cursor = Optional.empty();

    /// Nothing is due before.
    private long nextMillis = Long.MAX_VALUE;

    private long restsUntilMillis = Long.MIN_VALUE;
    private boolean busy;
    private double spread;

    Optional<AnnouncedKey> next(long earlyMillis, long nowMillis) {
      Optional<AnnouncedKey> found =
          cursor.isEmpty()
              ? firstThatMayGo(keys, earlyMillis, nowMillis)
              : firstThatMayGo(keys.tailMap(cursor.get(), false), earlyMillis, nowMillis)
                  .or(
                      () ->
                          firstThatMayGo(keys.headMap(cursor.get(), true), earlyMillis, nowMillis));
      found.ifPresentOrElse(
          entry -> cursor = Optional.of(entry.key()),
          () ->
              nextMillis =
                  keys.values().stream()
                      .filter(entry -> !entry.isRunning())
                      .mapToLong(AnnouncedKey::dueMillis)
                      .min()
                      .orElse(Long.MAX_VALUE));
      return found;
    }

    private static Optional<AnnouncedKey> firstThatMayGo(
        Map<NodeId, AnnouncedKey> among, long earlyMillis, long nowMillis) {
      for (AnnouncedKey entry : among.values()) {
        if (entry.mayGo(earlyMillis, nowMillis)) {
          return Optional.of(entry);
        }
      }
      return Optional.empty();
    }
  }
}
