package io.shoal.runtime.swarm;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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

  /// A peer that owes its first chunk for so long loses its requests to others of its origin, if
  /// these wait for them. Longer than a busy server takes for its first bytes.
  private static final long HOLDS_UP_AFTER_MILLIS = 1_000;

  /// … and is left out for so long: all the others have their turn.
  static final long HELD_UP_PAUSE_MILLIS = 5_000;

  private final Map<String, Integer> inFlight = new HashMap<>();

  /// Origins of which peers held the others up: each unproven peer there is asked for one chunk, so
  /// that more of them have their turn.
  private final Set<String> heldUp = new HashSet<>();

  /// How many more requests the peer may have than it has.
  int room(SwarmPeer peer) {
    int window = peer.window();
    if (!peer.trusted) {
      long earned = SwarmPeer.FIRST_WINDOW_CHUNKS + (long) PER_RIGHT_CHUNK * peer.rightChunks();
      window = (int) Math.min(window, earned);
    }
    if (!isOn(peer)) {
      return window - peer.owed();
    }
    int most = heldUp.contains(peer.origin) ? 1 : window;
    return Math.min(
        most - peer.owed(), MAX_REQUESTS_PER_ORIGIN - inFlight.getOrDefault(peer.origin, 0));
  }

  /// Whether the peer keeps the others of its origin from being asked, and gives nothing.
  boolean holdsUp(SwarmPeer peer, long nowMillis) {
    boolean holdsUp =
        isOn(peer)
            && inFlight.getOrDefault(peer.origin, 0) >= MAX_REQUESTS_PER_ORIGIN
            && peer.owesItsFirst(nowMillis, HOLDS_UP_AFTER_MILLIS);
    if (holdsUp) {
      heldUp.add(peer.origin);
    }
    return holdsUp;
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
