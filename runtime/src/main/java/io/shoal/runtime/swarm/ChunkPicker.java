package io.shoal.runtime.swarm;

import java.util.Collection;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Picks the chunk that a peer is asked for next: rarest first with random ties; of a complete peer
/// what no other peer has or fetches; and, when no chunk is free, a copy of what a slow peer still
/// owes. Knows which chunks are free: wanted, and of no request that counts. Confined to the
/// swarm's thread.
final class ChunkPicker {
  private static final int NONE = -1;

  private final RandomGenerator random;
  private final ChunkPositions positions;
  private final SwarmRequests requests;
  private final PeerFetchNotices notices;
  private final RarityBuckets free = new RarityBuckets();

  /// Grows whenever a chunk becomes free, so that a peer that has none of the free ones is not
  /// looked through again before.
  private long epoch;

  ChunkPicker(
      RandomGenerator random,
      ChunkPositions positions,
      SwarmRequests requests,
      PeerFetchNotices notices) {
    this.random = random;
    this.positions = positions;
    this.requests = requests;
    this.notices = notices;
  }

  /// Of a new peer, counted here.
  PeerHoldings newHoldings() {
    return new PeerHoldings(positions, free);
  }

  void free(int chunk) {
    free.add(chunk);
    epoch++;
  }

  void taken(int chunk) {
    free.remove(chunk);
  }

  /// A chunk that is free, if there is one.
  Optional<Integer> rarestFree() {
    int chunk = free.pick(random, any -> true);
    return chunk < 0 ? Optional.empty() : Optional.of(chunk);
  }

  /// Whether a peer that has a part could give more than it is asked for.
  boolean partialPeersCanGive(Collection<SwarmPeer> peers, long nowMillis) {
    return free.peers() > 0
        && free.size() > 0
        && peers.stream()
            .anyMatch(
                peer ->
                    peer.holdings.isPartial()
                        && !peer.hasNothingAt(epoch)
                        && peer.hasRoom(nowMillis));
  }

  /// The chunk to ask a peer for; -1 if there is none.
  ///
  /// @param othersGive as of [#partialPeersCanGive]
  int pick(SwarmPeer peer, boolean othersGive, long nowMillis) {
    if (peer.isSilent(nowMillis)) {
      return NONE;
    }
    int chunk = pickFree(peer, othersGive);
    return chunk < 0 ? pickCopy(peer, nowMillis) : chunk;
  }

  private int pickFree(SwarmPeer peer, boolean othersGive) {
    PeerHoldings holdings = peer.holdings;
    if (free.size() == 0 || peer.hasNothingAt(epoch) || peer.isStalled()) {
      return NONE;
    }
    if (holdings.isPartial() && !positions.known()) {
      return free.pick(random, chunk -> holdings.mayHave(chunk) && notAsked(peer, chunk));
    }
    if (holdings.isGuessedInVain()) {
      return NONE;
    }
    if (holdings.isComplete() && positions.known() && free.peers() > 0) {
      return pickOfComplete(peer, othersGive);
    }
    int chunk = free.pick(random, any -> holdings.mayHave(any) && notAsked(peer, any));
    if (chunk < 0 && holdings.isPartial()) {
      chunk = holdings.pickAny(random, any -> notAsked(peer, any));
    }
    if (chunk < 0) {
      peer.nothingAt(epoch);
    }
    return chunk;
  }

  /// Chunks that no other peer has or fetches; and, when those that have a part are busy, what they
  /// have.
  private int pickOfComplete(SwarmPeer peer, boolean othersGive) {
    return free.pick(
        random,
        any ->
            peer.holdings.mayHave(any)
                && !notices.announced(any)
                && (!othersGive || free.copies(any) == 0)
                && notAsked(peer, any));
  }

  private int pickCopy(SwarmPeer peer, long nowMillis) {
    return free.size() > 0 || peer.isStalled()
        ? NONE
        : EndGame.pick(peer, requests, chunk -> mayCopy(peer, chunk), nowMillis);
  }

  private boolean mayCopy(SwarmPeer peer, int chunk) {
    boolean had = peer.holdings.isComplete() || peer.holdings.isKnownToHave(chunk);
    return had && peer.holdings.mayHave(chunk) && notAsked(peer, chunk);
  }

  private boolean notAsked(SwarmPeer peer, int chunk) {
    return !requests.isAskedOf(peer, chunk);
  }
}
