/// Chunks that the store wrote itself: staged, forced, and moved to their place.
///
/// Start at [OwnedChunks]: its head has the life of a chunk. [Catalog] is its state in memory,
/// [SpaceBudget] its room, [StagedWriter] and [OwnedReader] are what callers hold.
@NullMarked
package io.shoal.storage.filesystem.owned;

import org.jspecify.annotations.NullMarked;
