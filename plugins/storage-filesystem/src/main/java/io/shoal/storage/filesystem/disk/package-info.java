/// The file system as the store sees it: what is asked of it, what its errors mean, and how many
/// files are forced at once.
@NullMarked
package io.shoal.storage.filesystem.disk;

import org.jspecify.annotations.NullMarked;
