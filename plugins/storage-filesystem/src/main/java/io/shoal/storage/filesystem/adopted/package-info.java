/// Users' files that are served in place: references, the claims on their bytes, and moves.
@NullMarked
package io.shoal.storage.filesystem.adopted;

import org.jspecify.annotations.NullMarked;
