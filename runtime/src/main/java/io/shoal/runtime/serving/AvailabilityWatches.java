package io.shoal.runtime.serving;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.ConnectionKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Reports to the peers that watch a root what this node has of it. Usable from any thread; no lock
/// is held while a listener is called.
public final class AvailabilityWatches {
  /// Open watches of all peers together, some 200 bytes each; beyond it the answer to a new one is
  /// "unknown" and nothing more.
  private static final int MAX_WATCHES = 65_536;

  /// Numbers that one delta may carry.
  private static final int MAX_GAINED = 4_096;

  private final Function<Cid, Availability> holdings;
  private final Map<Cid, Set<Watcher>> byRoot = new HashMap<>();
  private int watches;

  /// @param holdings what this node has of a root now; called from any thread, must not block
  public AvailabilityWatches(Function<Cid, Availability> holdings) {
    this.holdings = holdings;
  }

  PeerConnection.Watch watch(
      PeerConnection peer, Cid root, PeerConnection.AvailabilityListener listener) {
    Cid key = root.toV1();
    Watcher watcher = new Watcher(peer, listener, () -> holdings.apply(key));
    if (!add(key, watcher)) {
      listener.availability(new Availability.Unknown());
      return () -> {};
    }
    watcher.renew();
    return () -> {
      watcher.end();
      remove(key, watcher);
    };
  }

  private synchronized boolean add(Cid root, Watcher watcher) {
    if (watches >= MAX_WATCHES) {
      return false;
    }
    watches++;
    return byRoot.computeIfAbsent(root, any -> new LinkedHashSet<>()).add(watcher);
  }

  private synchronized void remove(Cid root, Watcher watcher) {
    Set<Watcher> watchers = byRoot.get(root);
    if (watchers != null && watchers.remove(watcher)) {
      watches--;
      if (watchers.isEmpty()) {
        byRoot.remove(root);
      }
    }
  }

  private synchronized List<Watcher> watchers(Cid root) {
    return List.copyOf(byRoot.getOrDefault(root.toV1(), Set.of()));
  }

  /// The holdings of `root` changed: all of them are reported anew.
  public void changed(Cid root) {
    watchers(root).forEach(Watcher::renew);
  }

  /// More of `root` is here: the holdings have it already.
  public void gained(Cid root, int[] positions) {
    List<Watcher> watchers = watchers(root);
    for (int from = 0; from < positions.length && !watchers.isEmpty(); from += MAX_GAINED) {
      int to = Math.min(positions.length, from + MAX_GAINED);
      var more = new Availability.Gained(Arrays.copyOfRange(positions, from, to));
      watchers.forEach(watcher -> watcher.gained(more));
    }
  }

  /// The connections over which `root` is watched.
  public List<PeerConnection> peers(Cid root) {
    Set<ConnectionKey> peers = new LinkedHashSet<>();
    watchers(root).forEach(watcher -> peers.add(new ConnectionKey(watcher.peer())));
    return new ArrayList<>(peers.stream().map(ConnectionKey::connection).toList());
  }

  /// The roots that are watched.
  public synchronized Set<Cid> roots() {
    return Set.copyOf(byRoot.keySet());
  }
}
