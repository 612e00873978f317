package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.journal.ClaimedRun;
import java.util.List;

/// A change that the journal has to learn, in the order in which it happened. A record takes the
/// file's name at the moment of writing, so that no record has an outdated one.
sealed interface PendingChange {
  AdoptedFile file();

  /// A new reference, or a new name or new expectations of an old one.
  record Description(AdoptedFile file) implements PendingChange {}

  /// @param before the newest entry that the file had in the index until then
  record Claims(AdoptedFile file, List<ClaimedRun> runs, int before) implements PendingChange {}

  /// @param run from its offset on
  record Unclaim(AdoptedFile file, ClaimedRun run) implements PendingChange {}

  record Drop(AdoptedFile file) implements PendingChange {}

  record Forget(AdoptedFile file) implements PendingChange {}
}
