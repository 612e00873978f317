/// Keeps chunks as files named by their hash.
@NullMarked
package io.shoal.storage.filesystem;

import org.jspecify.annotations.NullMarked;
