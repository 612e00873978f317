package io.shoal.runtime.swarm;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// Which chunks other downloaders say to be fetching from somebody who has everything: they will
/// have them soon, so that a complete peer's line is better used for what nobody fetches yet.
/// Promises only put off what is asked of complete peers, for [#LAPSE_MILLIS] at most, and who does
/// not keep them is not believed any more. Confined to the swarm's thread.
final class PeerFetchNotices {
  /// Of one peer at a time: no more than it may have in flight.
  static final int MAX_PER_PEER = SwarmPeer.MAX_WINDOW_CHUNKS;

  /// Longer than a chunk waits in the line of a busy but useful server.
  private static final long LAPSE_MILLIS = 3_000;

  /// Promises that a peer may break before it is not believed any more.
  private static final int MAX_BROKEN = 64;

  private final Map<Integer, Integer> standing = new HashMap<>();

  /// The peer says that it is fetching the chunk.
  void made(SwarmPeer peer, int chunk, long nowMillis) {
    if (peer.promised.size() < MAX_PER_PEER
        && peer.brokenPromises < MAX_BROKEN
        && peer.promised.putIfAbsent(chunk, nowMillis + LAPSE_MILLIS) == null) {
      standing.merge(chunk, 1, Integer::sum);
    }
  }

  /// The peer has the chunk.
  void kept(SwarmPeer peer, int chunk) {
    if (peer.promised.remove(chunk) != null) {
      withdraw(chunk);
    }
  }

  /// The peer is gone.
  void forget(SwarmPeer peer) {
    peer.promised.keySet().forEach(this::withdraw);
    peer.promised.clear();
  }

  /// Takes back what was promised too long ago.
  void lapse(SwarmPeer peer, long nowMillis) {
    // They are in the order in which they were made.
    Iterator<Map.Entry<Integer, Long>> oldest = peer.promised.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Integer, Long> promise = oldest.next();
      if (promise.getValue() > nowMillis) {
        return;
      }
      oldest.remove();
      withdraw(promise.getKey());
      peer.brokenPromises++;
    }
  }

  private void withdraw(int chunk) {
    standing.computeIfPresent(chunk, (any, count) -> count == 1 ? null : count - 1);
  }

  /// Whether somebody will have the chunk soon.
  boolean stands(int chunk) {
    return standing.containsKey(chunk);
  }
}
