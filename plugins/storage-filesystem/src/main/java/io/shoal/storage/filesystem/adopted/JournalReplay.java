package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.journal.ClaimedRun;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Takes the records of the journal into a [ClaimTable], at start.
final class JournalReplay {
  private final ClaimTable table;

  /// Where files were about to be moved when the process ended, oldest first.
  private final Map<Integer, List<Path>> moving = new LinkedHashMap<>();

  JournalReplay(ClaimTable table) {
    this.table = table;
  }

  void take(JournalRecord record) {
    Optional<AdoptedFile> known = table.numbered(record.file());
    switch (record) {
      case JournalRecord.Described(int number, ExpectedFile expected) -> {
        moving.remove(number);
        table.restore(number, expected);
      }
      case JournalRecord.Claimed claimed ->
          known.ifPresent(file -> table.restore(file, claimed.runs()));
      case JournalRecord.Moving(int number, Path target) ->
          known.ifPresent(
              file -> moving.computeIfAbsent(number, any -> new ArrayList<>()).add(target));
      case JournalRecord.Dropped _ ->
          known.ifPresent(file -> table.silently(() -> table.drop(file)));
      case JournalRecord.Forgotten(int number) -> {
        moving.remove(number);
        known.ifPresent(
            file -> {
              table.silently(() -> table.forget(file));
              table.free(file);
            });
      }
      case JournalRecord.Unclaimed(_, ClaimedRun run) ->
          known.ifPresent(file -> table.silently(() -> table.unclaim(file, run)));
    }
  }

  /// The moves that may not have ended.
  Map<AdoptedFile, List<Path>> moving() {
    Map<AdoptedFile, List<Path>> byFile = new LinkedHashMap<>();
    moving.forEach(
        (number, targets) ->
            table.numbered(number).ifPresent(file -> byFile.put(file, List.copyOf(targets))));
    return byFile;
  }
}
