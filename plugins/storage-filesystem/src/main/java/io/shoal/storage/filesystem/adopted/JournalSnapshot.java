package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.journal.ClaimedRun;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/// All that a new journal has to say, made piece by piece: a file of a terabyte has a million
/// claims, and there may be a million files. Claims whose bytes were not forced are omitted.
final class JournalSnapshot implements Iterator<JournalRecord> {
  private final ClaimTable table;
  private final Deque<JournalRecord> ready = new ArrayDeque<>();
  private int last = FileColumns.NONE;
  private Optional<Rest> rest = Optional.empty();

  /// The claims of a file that are still to be written.
  private record Rest(AdoptedFile file, int from) {}

  JournalSnapshot(ClaimTable table) {
    this.table = table;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty()) {
      if (rest.isPresent()) {
        nextClaims(rest.get());
        continue;
      }
      Optional<AdoptedFile> next = table.next(last);
      if (next.isEmpty()) {
        return false;
      }
      nextFile(next.get());
    }
    return true;
  }

  private void nextFile(AdoptedFile file) {
    last = file.number();
    table
        .expected(file)
        .ifPresent(
            expected -> {
              table.journaled(file);
              ready.add(new JournalRecord.Described(file.number(), expected));
              if (table.isGone(file)) {
                ready.add(new JournalRecord.Dropped(file.number()));
              } else {
                rest = Optional.of(new Rest(file, table.firstForcedEntry(file)));
              }
            });
  }

  private void nextClaims(Rest of) {
    List<ClaimedRun> runs = new ArrayList<>();
    AdoptedFile file = of.file();
    int next = table.forcedRuns(file, of.from(), JournalRecord.MAX_RUNS, runs);
    rest = next == ChunkIndex.NONE ? Optional.empty() : Optional.of(new Rest(file, next));
    if (!runs.isEmpty()) {
      ready.add(new JournalRecord.Claimed(file.number(), runs));
    }
  }

  @Override
  public JournalRecord next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }
}
