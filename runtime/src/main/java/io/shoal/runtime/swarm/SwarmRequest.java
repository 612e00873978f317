package io.shoal.runtime.swarm;

/// A request that is on its way. Confined to the swarm's thread.
final class SwarmRequest {
  final int id;
  final int chunk;
  final SwarmPeer peer;
  final long sentMillis;

  /// Whether the chunk counts as taken care of by this request; not while its peer is stalled.
  boolean counts = true;

  /// Whether it is one of the few that unproven peers share; see [Probation].
  boolean onProbation;

  private boolean begun;

  SwarmRequest(int id, int chunk, SwarmPeer peer, long sentMillis) {
    this.id = id;
    this.chunk = chunk;
    this.peer = peer;
    this.sentMillis = sentMillis;
  }

  void firstByte(long nowMillis) {
    begun = true;
    peer.firstByteAfter(nowMillis - sentMillis);
  }

  /// Whether the peer began to answer.
  boolean hasBegun() {
    return begun;
  }
}
