package io.shoal.runtime.swarm;

import java.util.List;
import java.util.function.IntPredicate;

/// The end of a download, when nothing is left to ask for: which chunk that a slow peer owes is
/// asked of a fast one as well. Has no state.
final class EndGame {
  /// Copies of one chunk on their way at once.
  private static final int MAX_COPIES = 3;

  /// A second copy is asked for when it would be here this much earlier: else it only wastes bytes.
  private static final double WORTH_A_COPY = 1.5;

  /// … and by at least so much: of four peers at 25 MB/s one is idle for longer at the end; where
  /// chunks take a millisecond none is fetched twice.
  private static final long MIN_GAIN_MILLIS = 50;

  /// Speed that is assumed of a peer that was not measured yet, when a second copy is considered.
  private static final double ASSUMED_BYTES_PER_SECOND = 1 << 20;

  /// A request to a peer of unknown speed is given this long before a second copy is considered:
  /// else every small file would be fetched twice.
  private static final long UNMEASURED_GRACE_MILLIS = 1_000;

  private EndGame() {}

  /// The chunk that would come latest, if this peer can bring it much sooner; -1 for none.
  ///
  /// @param mayAsk whether the peer has a chunk and was not asked for it
  static int pick(SwarmPeer peer, SwarmRequests requests, IntPredicate mayAsk, long nowMillis) {
    double speed = Math.max(peer.bytesPerSecond(), ASSUMED_BYTES_PER_SECOND / 4);
    double mine = (peer.owed() + 1) * peer.chunkBytes() * 1000 / speed;
    double latest = Math.max(mine * WORTH_A_COPY, mine + MIN_GAIN_MILLIS);
    int choice = -1;
    for (List<SwarmRequest> asked : requests.byChunk()) {
      int chunk = asked.getFirst().chunk;
      if (asked.size() >= MAX_COPIES || !mayAsk.test(chunk)) {
        continue;
      }
      double expected = Double.MAX_VALUE;
      for (SwarmRequest request : asked) {
        expected = Math.min(expected, expectedMillis(request, nowMillis));
      }
      if (expected > latest) {
        latest = expected;
        choice = chunk;
      }
    }
    return choice;
  }

  private static double expectedMillis(SwarmRequest request, long nowMillis) {
    SwarmPeer peer = request.peer;
    if (peer.bytesPerSecond() == 0 && nowMillis - request.sentMillis < UNMEASURED_GRACE_MILLIS) {
      return 0;
    }
    return peer.millisFor(peer.owed());
  }
}
