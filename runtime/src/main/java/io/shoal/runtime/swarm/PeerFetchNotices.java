package io.shoal.runtime.swarm;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which chunks other downloaders announce to be fetching from a peer that has everything: they
/// will have them soon, so that a complete peer's line is better used for what no peer fetches yet.
/// Notices only put off what is asked of complete peers, for [#LAPSE_MILLIS] at most, and a peer
/// that does not get what it announces is not believed any more. Confined to the swarm's thread.
final class PeerFetchNotices {
  /// Of one peer at a time: no more than it may have in flight.
  static final int MAX_PER_PEER = SwarmPeer.MAX_WINDOW_CHUNKS;

  /// Longer than a chunk waits in the line of a busy but useful server.
  private static final long LAPSE_MILLIS = 3_000;

  /// Notices of a peer that may lapse before it is not believed any more.
  private static final int MAX_LAPSED = 64;

  /// Of one peer: the chunks with the time until which it is believed, in the order in which they
  /// were announced.
  private static final class Announced {
    private final Map<Integer, Long> untilMillis = new LinkedHashMap<>();
    private int lapsed;
  }

  private final Map<Integer, Announced> byPeer = new HashMap<>();
  private final Map<Integer, Integer> peersByChunk = new HashMap<>();

  /// The peer announces that it is fetching the chunk.
  void add(SwarmPeer peer, int chunk, long nowMillis) {
    Announced announced = byPeer.computeIfAbsent(peer.id, any -> new Announced());
    if (announced.untilMillis.size() < MAX_PER_PEER
        && announced.lapsed < MAX_LAPSED
        && announced.untilMillis.putIfAbsent(chunk, nowMillis + LAPSE_MILLIS) == null) {
      peersByChunk.merge(chunk, 1, Integer::sum);
    }
  }

  /// The peer has the chunk.
  void arrived(SwarmPeer peer, int chunk) {
    Announced announced = byPeer.get(peer.id);
    if (announced != null && announced.untilMillis.remove(chunk) != null) {
      withdraw(chunk);
    }
  }

  /// The peer is gone.
  void forget(SwarmPeer peer) {
    Announced announced = byPeer.remove(peer.id);
    if (announced != null) {
      announced.untilMillis.keySet().forEach(this::withdraw);
    }
  }

  /// Takes back what the peer announced too long ago.
  void lapse(SwarmPeer peer, long nowMillis) {
    Announced announced = byPeer.get(peer.id);
    if (announced == null) {
      return;
    }
    Iterator<Map.Entry<Integer, Long>> oldest = announced.untilMillis.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Integer, Long> notice = oldest.next();
      if (notice.getValue() > nowMillis) {
        return;
      }
      oldest.remove();
      withdraw(notice.getKey());
      announced.lapsed++;
    }
  }

  private void withdraw(int chunk) {
    peersByChunk.computeIfPresent(chunk, (any, peers) -> peers == 1 ? null : peers - 1);
  }

  /// Whether a peer will have the chunk soon.
  boolean announced(int chunk) {
    return peersByChunk.containsKey(chunk);
  }
}
