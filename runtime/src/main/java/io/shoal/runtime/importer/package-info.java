/// Brings files and folders into the store as chunks.
///
/// Start at [Importer]. One path is one `TreeImport`: an `ImportSurvey` looks at all names first,
/// then it reads files in order; its `LeafPipeline` hashes and stores leaves on all cores and
/// returns them in order; `FileLayout` and `FolderLayout` make the nodes above them, as
/// [ImportProfile] says. With files served in place, `FileAdoption` claims leaves instead of
/// storing them. [HashedFolder] takes over the chunk files of an older store.
@NullMarked
package io.shoal.runtime.importer;

import org.jspecify.annotations.NullMarked;
