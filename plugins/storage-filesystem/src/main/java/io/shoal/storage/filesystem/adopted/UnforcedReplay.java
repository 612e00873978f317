package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.journal.ClaimedRun;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Does again in a [ClaimTable] what an earlier process did and did not force, so that the next
/// sync forces and writes it.
final class UnforcedReplay {
  private final ClaimTable table;

  /// The numbers of the files that the journal knew.
  private final BitSet journaled = new BitSet();

  /// The other files by their number then.
  private final Map<Integer, AdoptedFile> others = new HashMap<>();

  UnforcedReplay(ClaimTable table) {
    this.table = table;
    Optional<AdoptedFile> file = table.next(FileColumns.NONE);
    while (file.isPresent()) {
      journaled.set(file.get().number());
      file = table.next(file.get().number());
    }
  }

  void take(JournalRecord record) {
    Optional<AdoptedFile> known = known(record.file());
    switch (record) {
      case JournalRecord.Described(int number, ExpectedFile expected) ->
          known.ifPresentOrElse(
              file -> table.redescribe(file, expected),
              () -> others.put(number, table.begin(expected)));
      case JournalRecord.Claimed claimed ->
          known.ifPresent(file -> table.claim(file, claimed.runs()));
      case JournalRecord.Unclaimed(_, ClaimedRun run) ->
          known.ifPresent(file -> table.unclaim(file, run));
      case JournalRecord.Dropped _ -> known.ifPresent(table::drop);
      case JournalRecord.Forgotten(int number) -> {
        known.ifPresent(table::forget);
        others.remove(number);
        journaled.clear(number);
      }
      case JournalRecord.Moving _ -> {
        // Never left behind: it is durable before the file gets its other name.
      }
    }
  }

  private Optional<AdoptedFile> known(int number) {
    return journaled.get(number) ? table.numbered(number) : Optional.ofNullable(others.get(number));
  }
}
