/// Chunks that the store wrote itself: staged, forced, and moved to their place.
@NullMarked
package io.shoal.storage.filesystem.owned;

import org.jspecify.annotations.NullMarked;
