package io.shoal.runtime.swarm;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Chunks that this side fetches from peers that have everything, to be announced to other
/// downloaders. Confined to the swarm's thread.
final class OwnFetchNotices {
  /// Peers that get a notice: enough that hardly two fetch the same, and few messages.
  private static final int MAX_RECEIVERS = 32;

  /// Between two notices.
  private static final long EVERY_MILLIS = 50;

  private final ChunkPositions positions;
  private final List<Integer> waiting = new ArrayList<>();
  private long sentMillis = Long.MIN_VALUE / 2;

  OwnFetchNotices(ChunkPositions positions) {
    this.positions = positions;
  }

  /// A chunk was asked of a complete peer.
  void add(int chunk) {
    int position = positions.positionOf(chunk);
    // In the order of the requests; what a notice has no room for is announced by availability once
    // the chunk is here.
    if (position >= 0 && waiting.size() < PeerFetchNotices.MAX_PER_PEER) {
      waiting.add(position);
    }
  }

  /// A notice of all that was not announced yet, if it is time.
  Optional<SwarmAction> due(Collection<SwarmPeer> peers, long nowMillis) {
    if (waiting.isEmpty() || nowMillis - sentMillis < EVERY_MILLIS) {
      return Optional.empty();
    }
    List<Integer> receivers =
        peers.stream()
            .filter(peer -> peer.holdings.isPartial())
            .map(peer -> peer.id)
            .limit(MAX_RECEIVERS)
            .toList();
    List<Integer> announced = List.copyOf(waiting);
    waiting.clear();
    sentMillis = nowMillis;
    return receivers.isEmpty()
        ? Optional.empty()
        : Optional.of(new SwarmAction.Announce(receivers, announced));
  }

  /// A notice of all that is being fetched now, for a peer that came later.
  Optional<SwarmAction> toNewcomer(SwarmPeer newcomer, Collection<SwarmPeer> peers) {
    List<Integer> fetched =
        peers.stream()
            .filter(peer -> peer.holdings.isComplete())
            .flatMap(peer -> peer.requests().stream())
            .map(request -> positions.positionOf(request.chunk))
            .filter(position -> position >= 0)
            .limit(PeerFetchNotices.MAX_PER_PEER)
            .toList();
    return fetched.isEmpty()
        ? Optional.empty()
        : Optional.of(new SwarmAction.Announce(List.of(newcomer.id), fetched));
  }
}
