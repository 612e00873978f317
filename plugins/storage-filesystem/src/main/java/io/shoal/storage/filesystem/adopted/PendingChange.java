package io.shoal.storage.filesystem.adopted;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.Segment;
import java.util.List;

/// A change that the journal has to learn, in the order in which it happened. A record takes the
/// file's name at the moment of writing, so that no record has an outdated one.
sealed interface PendingChange {
  AdoptedFile file();

  /// A new reference, or a new name or new expectations of an old one.
  record Description(AdoptedFile file) implements PendingChange {}

  /// @param before the newest entry that the file had in the index until then
  record Claims(AdoptedFile file, List<Segment> segments, int before) implements PendingChange {}

  record Unclaim(AdoptedFile file, long offsetBytes, Cid cid) implements PendingChange {}

  record Drop(AdoptedFile file) implements PendingChange {}

  record Forget(AdoptedFile file) implements PendingChange {}
}
