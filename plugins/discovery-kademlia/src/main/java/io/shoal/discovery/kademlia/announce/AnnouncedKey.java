package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A key that this node keeps announced, and its state. There may be a hundred thousand of them:
/// with its key and its place in [AnnouncedKeys] one takes about 140 bytes. Single-threaded.
final class AnnouncedKey {
  static final int FIRST_RETRY_MILLIS = 2_000;
  static final int MAX_RETRY_MILLIS = 60_000;

  /// A first announcement is so long after its turn late.
  static final long FIRST_DEADLINE_MILLIS = 60_000;

  private static final long NEVER = -1;

  private final NodeId key;
  private final long turnMillis;
  private List<Announcer.Place> places = List.of();
  private List<Announcer.Listener> listeners = List.of();
  private long keptMillis = NEVER;
  private long dueMillis = Long.MAX_VALUE;
  private int retryMillis = FIRST_RETRY_MILLIS;
  private int round;
  private int holders;
  private boolean failed;
  private boolean running;
  private boolean queued;
  private boolean mayGoEarly;

  /// @param turnMillis when it should go out first: of many that came at once each has its turn
  AnnouncedKey(NodeId key, long turnMillis) {
    this.key = key;
    this.turnMillis = turnMillis;
  }

  NodeId key() {
    return key;
  }

  List<Announcer.Place> places() {
    return places;
  }

  /// Takes other places; `listener` is notified when they are announced.
  void replace(List<Announcer.Place> other, Announcer.Listener listener) {
    places = other;
    if (!listeners.contains(listener)) {
      List<Announcer.Listener> more = new ArrayList<>(listeners);
      more.add(listener);
      listeners = List.copyOf(more);
    }
    round++;
  }

  /// The first announcement ended.
  void notifyListeners(Set<Integer> ports) {
    List<Announcer.Listener> notified = listeners;
    listeners = List.of();
    notified.forEach(listener -> listener.ended(ports));
  }

  /// Counts up when what was begun before is not enough: there are new places, or new nodes.
  int round() {
    return round;
  }

  void outdate() {
    round++;
  }

  /// How many nodes took it last.
  int holders() {
    return holders;
  }

  boolean isRunning() {
    return running;
  }

  void begins() {
    running = true;
    queued = false;
  }

  /// Whether it waits to go out before all others.
  boolean isQueued() {
    return queued;
  }

  void queue() {
    queued = true;
  }

  /// @param taken how many nodes took it
  void ends(int taken, long nowMillis) {
    running = false;
    holders = taken;
    failed = taken == 0;
    keptMillis = taken > 0 ? nowMillis : keptMillis;
    retryMillis = taken > 0 ? FIRST_RETRY_MILLIS : retryMillis;
  }

  /// Whether no node took it at the last try.
  boolean hasFailed() {
    return failed;
  }

  /// How long to wait after no node took it: longer each time.
  int takeRetryMillis() {
    int now = retryMillis;
    retryMillis = Math.min(2 * retryMillis, MAX_RETRY_MILLIS);
    return now;
  }

  /// @param early whether it may go some time before, with its neighbours
  void dueAt(long millis, boolean early) {
    dueMillis = millis;
    mayGoEarly = early;
  }

  long dueMillis() {
    return dueMillis;
  }

  boolean mayGo(long earlyMillis, long nowMillis) {
    return !running && dueMillis - (mayGoEarly ? earlyMillis : 0) <= nowMillis;
  }

  /// Whether it is in no hurry: it may go early, or a little later.
  boolean mayWait() {
    return mayGoEarly;
  }

  boolean isKept() {
    return keptMillis != NEVER;
  }

  /// By how much it is late; negative or 0 if it is not.
  ///
  /// @param allowedMillis how long after an announcement the next is in time
  long lateMillis(long allowedMillis, long nowMillis) {
    return isKept()
        ? nowMillis - keptMillis - allowedMillis
        : nowMillis - turnMillis - FIRST_DEADLINE_MILLIS;
  }
}
