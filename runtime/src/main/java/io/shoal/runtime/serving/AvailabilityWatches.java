package io.shoal.runtime.serving;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Reports to the peers that watch a root what this node has of it. Usable from any thread;
/// listeners never block.
public final class AvailabilityWatches {
  /// Open watches of all peers together, some 200 bytes each; beyond it the answer to a new one is
  /// "unknown" and nothing more.
  private static final int MAX_WATCHES = 65_536;

  /// Numbers that one delta may carry.
  private static final int MAX_GAINED = 4_096;

  private record Watcher(PeerConnection peer, PeerConnection.AvailabilityListener listener) {}

  private final Function<Cid, Availability> holdings;
  private final Map<Cid, Set<Watcher>> byRoot = new HashMap<>();
  private int watches;

  /// @param holdings what this node has of a root now; called under a lock: must not block
  public AvailabilityWatches(Function<Cid, Availability> holdings) {
    this.holdings = holdings;
  }

  synchronized PeerConnection.Watch watch(
      PeerConnection peer, Cid root, PeerConnection.AvailabilityListener listener) {
    if (watches >= MAX_WATCHES) {
      listener.availability(new Availability.Unknown());
      return () -> {};
    }
    Cid key = root.toV1();
    Watcher watcher = new Watcher(peer, listener);
    watches++;
    byRoot.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(watcher);
    listener.availability(holdings.apply(key));
    return () -> remove(key, watcher);
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

  /// The holdings of `root` changed: all of them are reported anew.
  public synchronized void changed(Cid root) {
    Cid key = root.toV1();
    Availability now = holdings.apply(key);
    byRoot.getOrDefault(key, Set.of()).forEach(watcher -> watcher.listener().availability(now));
  }

  /// More of `root` is here.
  public synchronized void gained(Cid root, int[] positions) {
    Set<Watcher> watchers = byRoot.getOrDefault(root.toV1(), Set.of());
    for (int from = 0; from < positions.length && !watchers.isEmpty(); from += MAX_GAINED) {
      int to = Math.min(positions.length, from + MAX_GAINED);
      Availability more = new Availability.Gained(Arrays.copyOfRange(positions, from, to));
      watchers.forEach(watcher -> watcher.listener().availability(more));
    }
  }

  /// The connections over which `root` is watched.
  public synchronized List<PeerConnection> peers(Cid root) {
    Set<PeerConnection> peers = new LinkedHashSet<>();
    byRoot.getOrDefault(root.toV1(), Set.of()).forEach(watcher -> peers.add(watcher.peer()));
    return new ArrayList<>(peers);
  }

  /// The roots that are watched.
  public synchronized Set<Cid> roots() {
    return Set.copyOf(byRoot.keySet());
  }
}
