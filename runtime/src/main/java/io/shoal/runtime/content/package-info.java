/// Files and folders that are here, read at any place without a download.
///
/// Start at [OpenContents][io.shoal.runtime.content.OpenContents]: it opens a root, or what is in
/// it at a path, which `PathLookup` finds. `OpenContent` is what the reader then has: `FolderFiles`
/// lists the files below a folder, and `StoredFile` reads one of them, chunk by chunk. All of them
/// take the DAG's nodes from `StoredNodes`, which fetches nothing. `ChangedFiles` reads users'
/// files again that look changed, and has those served on that have their bytes still.
@NullMarked
package io.shoal.runtime.content;

import org.jspecify.annotations.NullMarked;
