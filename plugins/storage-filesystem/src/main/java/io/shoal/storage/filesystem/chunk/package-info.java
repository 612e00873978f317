/// A chunk's key, its places and its file names.
@NullMarked
package io.shoal.storage.filesystem.chunk;

import org.jspecify.annotations.NullMarked;
