/// The files that record references and claims: their records, to and from bytes.
///
/// Start at [JournalRecord], the format. [ReferenceJournal] holds what is durable,
/// [UnforcedReferences] what is not; both write [JournalFrames].
@NullMarked
package io.shoal.storage.filesystem.journal;

import org.jspecify.annotations.NullMarked;
