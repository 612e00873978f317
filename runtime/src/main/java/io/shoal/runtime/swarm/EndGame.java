package io.shoal.runtime.swarm;

import java.util.List;
import java.util.function.IntPredicate;

/// When nothing is left to ask for, at the end of a download or where few chunks are wanted at a
/// time: which chunk that a slow peer owes is asked of a fast one as well. Has no state.
///
/// Peers that owe a chunk and give nothing take no place of those that may give it: each of them
/// lets one more be asked, so that the peers that were asked double with every
/// [SwarmPeer#GRACE_MILLIS]. Among any number of silent peers the one that gives is found soon, and
/// where peers give a chunk is asked of few.
final class EndGame {
  /// Copies of one chunk on their way at once from peers that give.
  private static final int MAX_COPIES = 3;

  /// A second copy is asked for when it would be here this much earlier: else it only wastes bytes.
  private static final double WORTH_A_COPY = 1.5;

  /// … and by at least so much: of four peers at 25 MB/s one is idle for longer at the end; where
  /// chunks take a millisecond none is fetched twice.
  private static final long MIN_GAIN_MILLIS = 50;

  /// Speed that is assumed of a peer that was not measured yet, when a second copy is considered.
  private static final double ASSUMED_BYTES_PER_SECOND = 1 << 20;

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
      double expected = mayAsk.test(chunk) ? expectedMillis(asked, nowMillis) : 0;
      if (expected > latest) {
        latest = expected;
        choice = chunk;
      }
    }
    return choice;
  }

  /// When a chunk would be here without another copy; 0 if enough peers were asked.
  private static double expectedMillis(List<SwarmRequest> asked, long nowMillis) {
    int fresh = 0;
    int giving = 0;
    double expected = Double.MAX_VALUE;
    for (SwarmRequest request : asked) {
      SwarmPeer peer = request.peer;
      if (peer.gives()) {
        giving++;
      } else if (nowMillis - request.sentMillis < SwarmPeer.GRACE_MILLIS) {
        fresh++;
        continue;
      }
      expected = Math.min(expected, peer.millisFor(peer.owed()));
    }
    int silent = asked.size() - giving - fresh;
    boolean awaited = giving > 0 || silent == 0 ? fresh > 0 : fresh > silent;
    return awaited || giving >= MAX_COPIES ? 0 : expected;
  }
}
