package io.shoal.runtime.swarm;

/// Which chunk is at which position in the depth-first order of the DAG's chunks: positions are how
/// peers name chunks to each other. Known once all nodes of the DAG are here. Confined to the
/// swarm's thread.
final class ChunkPositions {
  private int[] chunkAt = new int[0];
  private int[] positionOf = new int[0];
  private boolean known;

  /// @param chunkAtPosition the chunk at each position; one that is there several times counts as
  ///   at its last
  /// @param chunks how many there are
  void set(int[] chunkAtPosition, int chunks) {
    chunkAt = chunkAtPosition;
    positionOf = new int[chunks];
    for (int position = 0; position < chunkAt.length; position++) {
      positionOf[chunkAt[position]] = position;
    }
    known = true;
  }

  boolean known() {
    return known;
  }

  /// -1 while positions are not known, and for one that the DAG does not have.
  int chunkAt(int position) {
    return position >= 0 && position < chunkAt.length ? chunkAt[position] : -1;
  }

  /// -1 while positions are not known.
  int positionOf(int chunk) {
    return chunk < positionOf.length ? positionOf[chunk] : -1;
  }
}
