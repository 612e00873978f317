@NullMarked
package io.shoal.storage.filesystem;

import org.jspecify.annotations.NullMarked;
