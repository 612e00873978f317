package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Does again in a [ClaimTable] what an earlier process did and did not force, so that the next
/// sync forces and writes it.
final class UnforcedReplay {
  private final ClaimTable table;

  /// Files by their number then: the journal did not know all of them.
  private final Map<Integer, AdoptedFile> files = new HashMap<>();

  UnforcedReplay(ClaimTable table) {
    this.table = table;
    table.files().forEach(file -> files.put(file.number, file));
  }

  void take(JournalRecord record) {
    Optional<AdoptedFile> known = Optional.ofNullable(files.get(record.file()));
    switch (record) {
      case JournalRecord.Described(int number, ExpectedFile expected) ->
          known.ifPresentOrElse(
              file -> table.redescribe(file, expected),
              () -> files.put(number, table.begin(expected)));
      case JournalRecord.Claimed claimed ->
          known.ifPresent(file -> table.claim(file, claimed.segments()));
      case JournalRecord.Unclaimed(_, long offset, var cid) -> {
        Optional<ChunkKey> key = ChunkKey.of(cid);
        if (known.isPresent() && key.isPresent()) {
          table.unclaim(key.get(), new ClaimTable.Candidate(known.get(), offset, 0));
        }
      }
      case JournalRecord.Dropped _ -> known.ifPresent(table::drop);
      case JournalRecord.Forgotten(int number) -> {
        known.ifPresent(table::forget);
        files.remove(number);
      }
      case JournalRecord.Moving _ -> {
        // Never left behind: it is durable before the file gets its other name.
      }
    }
  }
}
