/// A chunk's key, its places in memory and its file names.
///
/// Start at [ChunkLayout], the files in the store's folder, and [ChunkIndex], the places in memory.
@NullMarked
package io.shoal.storage.filesystem.chunk;

import org.jspecify.annotations.NullMarked;
