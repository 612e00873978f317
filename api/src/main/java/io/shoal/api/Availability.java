package io.shoal.api;

import java.util.BitSet;

/// A peer's report of what it has of a DAG. Positions number the DAG's distinct CIDs, depth first,
/// in the order in which they are first seen; the root is 0. Identity CIDs are not counted. Every
/// report is a hint: it may be wrong or outdated at any time.
///
/// Later versions may have more cases, so a `switch` needs a `default` branch: a transport sends
/// nothing in place of a case that it does not know.
public sealed interface Availability
    permits Availability.Complete,
        Availability.Snapshot,
        Availability.Gained,
        Availability.Unknown,
        FutureCase {

  /// It has everything.
  record Complete() implements Availability {}

  /// All that it has now; replaces every report before.
  ///
  /// @param have bit *n* is set if it has the chunk at position *n*; not to be changed by anyone
  ///   afterwards. At most 2^23 bits
  /// @param size how many positions the DAG has as far as the peer knows
  record Snapshot(BitSet have, int size) implements Availability {}

  /// The positions that it got since.
  ///
  /// @param positions at most 4,096
  @SuppressWarnings(
      "ArrayRecordComponent") // thousands a second: a list of boxes would cost more than the
  // chunk's own bookkeeping
  record Gained(int[] positions) implements Availability {}

  /// It cannot say: it has nothing of the DAG, or not yet the nodes that give the positions. It may
  /// still hold single chunks. Replaces every report before.
  record Unknown() implements Availability {}
}
