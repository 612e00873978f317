package io.shoal.runtime.swarm;

import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/// The chunks that one peer has: those that it says, less those that it turned out not to have. A
/// partial peer's chunks are counted in [RarityBuckets], each exactly once while it says to have
/// it. Confined to the swarm's thread.
final class PeerHoldings {
  /// Chunks that a peer may lack although it said to have them, before it is dropped. One whose
  /// file was changed under it lacks some before it reports that.
  private static final int MAX_LACKED = 16;

  /// Answers "not held" in a row after which a peer that says nothing about what it has is left
  /// alone until its misses are forgotten.
  private static final int MAX_MISSES_IN_ROW = 16;

  /// How much the peer says to have.
  enum Claim {
    COMPLETE,
    PARTIAL,
    UNKNOWN
  }

  private final ChunkPositions positions;
  private final RarityBuckets rarity;
  private Claim claim = Claim.UNKNOWN;

  /// By position while positions are not known, by chunk afterwards; of a partial peer only.
  private BitSet have = new BitSet();

  /// Chunks that it was asked for and did not have, although it says or may have them.
  private final BitSet missing = new BitSet();

  /// Chunks of which it found its own copy corrupt, and said so.
  private final BitSet corrupt = new BitSet();

  private int lacked;
  private int missesInRow;

  PeerHoldings(ChunkPositions positions, RarityBuckets rarity) {
    this.positions = positions;
    this.rarity = rarity;
  }

  boolean isComplete() {
    return claim == Claim.COMPLETE;
  }

  boolean isPartial() {
    return claim == Claim.PARTIAL;
  }

  boolean isUnknown() {
    return claim == Claim.UNKNOWN;
  }

  /// The peer has what it says now, and nothing of what it said before.
  void claims(Claim now) {
    rarity.countPeers((now == Claim.PARTIAL ? 1 : 0) - (isPartial() ? 1 : 0));
    if (positions.known()) {
      have.stream().forEach(chunk -> rarity.change(chunk, -1));
    }
    have = new BitSet();
    forgetMisses();
    claim = now;
  }

  /// A partial peer has one chunk more.
  void gained(int position) {
    if (!positions.known()) {
      have.set(position);
      return;
    }
    int chunk = positions.chunkAt(position);
    if (chunk >= 0 && !have.get(chunk)) {
      have.set(chunk);
      rarity.change(chunk, 1);
    }
  }

  /// Positions became known: what was reported by position counts for chunks from now on.
  void positionsKnown() {
    BitSet byPosition = have;
    have = new BitSet();
    byPosition.stream().forEach(this::gained);
  }

  /// The peer did not have a chunk that it was asked for.
  ///
  /// @return whether it had said to have it, and not that its copy is corrupt
  boolean lacks(int chunk) {
    boolean said = (isComplete() || isKnownToHave(chunk)) && !corrupt.get(chunk);
    lacked += said ? 1 : 0;
    misses(chunk);
    return said;
  }

  /// The peer found its copy of a chunk corrupt.
  void foundCorrupt(int chunk) {
    corrupt.set(chunk);
    misses(chunk);
  }

  private void misses(int chunk) {
    missesInRow++;
    if (!isPartial() || !positions.known()) {
      missing.set(chunk);
    } else if (have.get(chunk)) {
      have.clear(chunk);
      rarity.change(chunk, -1);
    }
  }

  /// The peer gave a chunk.
  void gave() {
    missesInRow = 0;
  }

  boolean lackedTooMany() {
    return lacked >= MAX_LACKED;
  }

  /// Chunks that the peer did not have may be asked for again.
  ///
  /// @return whether there was anything
  boolean forgetMisses() {
    boolean any = !missing.isEmpty();
    missing.clear();
    missesInRow = 0;
    return any;
  }

  /// Whether to stop guessing what a peer has that says nothing.
  boolean isGuessedInVain() {
    return isUnknown() && missesInRow >= MAX_MISSES_IN_ROW;
  }

  /// Whether the peer has a part, and this chunk is in it. Never true while positions are not
  /// known.
  boolean isKnownToHave(int chunk) {
    return isPartial() && positions.known() && have.get(chunk);
  }

  boolean mayHave(int chunk) {
    // Of a partial peer it is not known which bits these are while positions are not; it has at
    // least the nodes that it named positions from.
    return isPartial() && positions.known() ? have.get(chunk) : !missing.get(chunk);
  }

  /// Any free chunk that a partial peer has and `wanted` accepts; -1 if there is none.
  int pickAny(RandomGenerator random, IntPredicate wanted) {
    return rarity.pickAny(random, have, wanted);
  }
}
