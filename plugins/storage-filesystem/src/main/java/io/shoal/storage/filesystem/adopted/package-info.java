/// Users' files that are served in place: references to them, claims on their bytes, and moves.
///
/// Start at [AdoptedFiles], the node's face of all this, and [ClaimTable], its state in memory,
/// which keeps the files in [FileColumns]. [AdoptedChunks] serves from the table, [ReferenceLog]
/// brings the table's changes to disk, [FileMove] gives a file another name, [ChangeCheck] drops a
/// file that its user changed.
@NullMarked
package io.shoal.storage.filesystem.adopted;

import org.jspecify.annotations.NullMarked;
