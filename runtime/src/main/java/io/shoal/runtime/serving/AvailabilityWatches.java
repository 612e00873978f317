package io.shoal.runtime.serving;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Who wants to hear what this node has of which root. Usable from any thread; listeners never
/// block.
public final class AvailabilityWatches {
  /// Standing questions of all peers together, some 200 bytes each; beyond it a peer is told
  /// "unknown" and nothing more.
  static final int MAX_WATCHES = 65_536;

  /// Numbers that one delta may carry.
  private static final int MAX_GAINED = 4_096;

  private record Watcher(PeerConnection peer, PeerConnection.AvailabilityListener listener) {}

  private final Function<Cid, Availability> holdings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Cid, Set<Watcher>> byRoot = new HashMap<>();
  private int watches;

  /// @param holdings what this node has of a root now; called under a lock: must not block
  public AvailabilityWatches(Function<Cid, Availability> holdings) {
    this.holdings = holdings;
  }

  PeerConnection.Watch watch(
      PeerConnection peer, Cid root, PeerConnection.AvailabilityListener listener) {
    Cid key = root.toV1();
    Watcher watcher = new Watcher(peer, listener);
    lock.lock();
    try {
      if (watches >= MAX_WATCHES) {
        listener.availability(new Availability.Unknown());
        return () -> {};
      }
      watches++;
      byRoot.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(watcher);
      listener.availability(holdings.apply(key));
    } finally {
      lock.unlock();
    }
    return () -> remove(key, watcher);
  }

  private void remove(Cid root, Watcher watcher) {
    lock.lock();
    try {
      Set<Watcher> watchers = byRoot.get(root);
      if (watchers != null && watchers.remove(watcher)) {
        watches--;
        if (watchers.isEmpty()) {
          byRoot.remove(root);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// What is here of `root` is told anew to all.
  public void changed(Cid root) {
    Cid key = root.toV1();
    lock.lock();
    try {
      Availability now = holdings.apply(key);
      byRoot.getOrDefault(key, Set.of()).forEach(w -> w.listener().availability(now));
    } finally {
      lock.unlock();
    }
  }

  /// More of `root` is here.
  public void gained(Cid root, int[] positions) {
    lock.lock();
    try {
      Set<Watcher> watchers = byRoot.getOrDefault(root.toV1(), Set.of());
      for (int from = 0; from < positions.length && !watchers.isEmpty(); from += MAX_GAINED) {
        int to = Math.min(positions.length, from + MAX_GAINED);
        Availability news =
            new Availability.Gained(java.util.Arrays.copyOfRange(positions, from, to));
        watchers.forEach(w -> w.listener().availability(news));
      }
    } finally {
      lock.unlock();
    }
  }

  /// The connections over which somebody watches `root`.
  public List<PeerConnection> peers(Cid root) {
    lock.lock();
    try {
      Set<PeerConnection> peers = new LinkedHashSet<>();
      byRoot.getOrDefault(root.toV1(), Set.of()).forEach(w -> peers.add(w.peer()));
      return new ArrayList<>(peers);
    } finally {
      lock.unlock();
    }
  }

  /// The roots that somebody watches.
  public Set<Cid> roots() {
    lock.lock();
    try {
      return Set.copyOf(byRoot.keySet());
    } finally {
      lock.unlock();
    }
  }
}
