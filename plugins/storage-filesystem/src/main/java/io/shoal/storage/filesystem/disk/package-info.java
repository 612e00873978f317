/// The file system as the store sees it: its calls, the meaning of its errors, and how many files
/// are forced at once.
///
/// Start at [Disk]: the seam where tests put a disk that fails, tears and forgets. [OverlayDisk] is
/// for a store that is only read.
@NullMarked
package io.shoal.storage.filesystem.disk;

import org.jspecify.annotations.NullMarked;
