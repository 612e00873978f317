package io.shoal.runtime.swarm;

import java.util.HashMap;
import java.util.Map;

/// Limits what is asked of peers that have not given one right chunk yet, so that a liar that comes
/// back under ever new names wastes little: all such peers of one origin together have few requests
/// in flight, and one that has begun to give gets more as it gives. Confined to the swarm's thread.
final class Probation {
  /// Requests in flight to all unproven peers of one origin. Four peers that have just been met get
  /// all they would get anyway.
  static final int MAX_REQUESTS_PER_ORIGIN = 4 * SwarmPeer.FIRST_WINDOW_CHUNKS;

  /// A peer may owe this many chunks for each that it gave and that was right. It doubles what is
  /// in flight with every round trip and more, so that a fast peer is at full speed after three.
  private static final int PER_RIGHT_CHUNK = 2;

  private final Map<String, Integer> inFlight = new HashMap<>();

  /// How many more requests the peer may have than it has.
  int room(SwarmPeer peer) {
    int window = peer.window();
    if (!peer.trusted) {
      long earned = SwarmPeer.FIRST_WINDOW_CHUNKS + (long) PER_RIGHT_CHUNK * peer.rightChunks();
      window = (int) Math.min(window, earned);
    }
    int room = window - peer.owed();
    return isOn(peer)
        ? Math.min(room, MAX_REQUESTS_PER_ORIGIN - inFlight.getOrDefault(peer.origin, 0))
        : room;
  }

  private static boolean isOn(SwarmPeer peer) {
    return !peer.trusted && peer.rightChunks() == 0;
  }

  void sent(SwarmRequest request) {
    if (isOn(request.peer)) {
      request.onProbation = true;
      inFlight.merge(request.peer.origin, 1, Integer::sum);
    }
  }

  void ended(SwarmRequest request) {
    if (request.onProbation) {
      request.onProbation = false;
      inFlight.computeIfPresent(request.peer.origin, (any, n) -> n == 1 ? null : n - 1);
    }
  }
}
