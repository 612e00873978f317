package io.shoal.runtime.swarm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What this side fetches from peers that have everything, for other downloaders to hear. Confined
/// to the swarm's thread.
final class OwnFetchNotices {
  /// Peers that are told: enough that hardly two fetch the same, and few messages.
  private static final int MAX_TOLD = 32;

  /// Between two messages.
  private static final long TELL_EVERY_MILLIS = 50;

  private final List<Integer> untold = new ArrayList<>();
  private int[] positionOfChunk = new int[0];
  private long toldMillis = Long.MIN_VALUE / 2;

  void positions(int[] chunkAtPosition, int chunks) {
    positionOfChunk = new int[chunks];
    for (int position = 0; position < chunkAtPosition.length; position++) {
      positionOfChunk[chunkAtPosition[position]] = position;
    }
  }

  void made(int chunk) {
    // What came first is told first; what a notice has no room for any more, the chunk itself tells
    // of when it is here.
    if (untold.size() < PeerFetchNotices.MAX_PER_PEER) {
      untold.add(positionOfChunk[chunk]);
    }
  }

  /// What was not told yet, if it is time.
  Optional<SwarmAction> due(Collection<SwarmPeer> peers, long nowMillis) {
    if (untold.isEmpty() || nowMillis - toldMillis < TELL_EVERY_MILLIS) {
      return Optional.empty();
    }
    List<Integer> hearers =
        peers.stream()
            .filter(peer -> peer.claim == SwarmPeer.Claim.PARTIAL)
            .map(peer -> peer.id)
            .limit(MAX_TOLD)
            .toList();
    List<Integer> positions = List.copyOf(untold);
    untold.clear();
    toldMillis = nowMillis;
    return hearers.isEmpty()
        ? Optional.empty()
        : Optional.of(new SwarmAction.Promise(hearers, positions));
  }

  /// What is being fetched now, for one who came later.
  Optional<SwarmAction> toNewcomer(SwarmPeer newcomer, Collection<SwarmPeer> peers) {
    List<Integer> positions =
        peers.stream()
            .filter(peer -> peer.claim == SwarmPeer.Claim.COMPLETE)
            .flatMap(peer -> peer.requests.values().stream())
            .filter(request -> request.chunk < positionOfChunk.length)
            .map(request -> positionOfChunk[request.chunk])
            .limit(PeerFetchNotices.MAX_PER_PEER)
            .toList();
    return positions.isEmpty()
        ? Optional.empty()
        : Optional.of(new SwarmAction.Promise(List.of(newcomer.id), positions));
  }
}
