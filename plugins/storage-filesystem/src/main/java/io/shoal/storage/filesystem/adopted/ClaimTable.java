package io.shoal.storage.filesystem.adopted;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileBacked.Segment;
import io.shoal.api.FileRef;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.disk.FileStamp;
import io.shoal.storage.filesystem.journal.ClaimedRun;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The state in memory of users' files: the references, their claims, and the changes that the
/// journal does not have yet. Thread-safe; does no IO, so its lock is never held for long.
final class ClaimTable {
  private final ChunkIndex index;
  // Guarded by the index.
  private final FileColumns files;
  private List<PendingChange> pending = new ArrayList<>();
  private int pendingRuns;
  private final FileEntries entries;

  /// @param index shared with the owned chunks; its monitor guards it and all of this
  ClaimTable(ChunkIndex index) {
    this.index = index;
    this.files = new FileColumns(index.seed());
    this.entries = new FileEntries(index, files);
  }

  AdoptedFile begin(ExpectedFile expected) {
    synchronized (index) {
      AdoptedFile file = files.file(files.add(expected));
      pending.add(new PendingChange.Description(file));
      return file;
    }
  }

  /// The claims by chunk.
  ChunkClaims ofChunks() {
    return new ChunkClaims(index, files);
  }

  Optional<AdoptedFile> at(Path path) {
    synchronized (index) {
      int number = files.at(path);
      return number == FileColumns.NONE ? Optional.empty() : Optional.of(files.file(number));
    }
  }

  /// The file of a reference, if it is described as it was then.
  ///
  /// @param path the reference's, absolute and normalised
  Optional<AdoptedFile> at(Path path, FileRef ref) {
    synchronized (index) {
      int number = files.at(path);
      return number == FileColumns.NONE || !files.isSame(number, ref)
          ? Optional.empty()
          : Optional.of(files.file(number));
    }
  }

  /// The next file behind a number; all are behind [FileColumns#NONE].
  Optional<AdoptedFile> next(int number) {
    synchronized (index) {
      int next = files.next(number);
      return next == FileColumns.NONE ? Optional.empty() : Optional.of(files.file(next));
    }
  }

  /// The file that is referred to by a number.
  Optional<AdoptedFile> numbered(int number) {
    synchronized (index) {
      return files.isReferredTo(number) ? Optional.of(files.file(number)) : Optional.empty();
    }
  }

  /// How a file has to look; empty once its number was given away. One that was forgotten is known
  /// until then.
  Optional<ExpectedFile> expected(AdoptedFile file) {
    synchronized (index) {
      return isKnown(file) ? Optional.of(files.expected(file.number())) : Optional.empty();
    }
  }

  /// A file's state, given what is on disk now; [FileState#MISSING] once its number was given away.
  FileState state(AdoptedFile file, Optional<FileStamp> found) {
    synchronized (index) {
      return isKnown(file) ? files.state(file.number(), found) : FileState.MISSING;
    }
  }

  private boolean isKnown(AdoptedFile file) {
    return files.isTaken(file.number()) && files.generation(file.number()) == file.generation();
  }

  /// Whether the reference was given up.
  boolean isForgotten(AdoptedFile file) {
    synchronized (index) {
      return !isKnown(file) || files.is(file.number(), FileColumns.FORGOTTEN);
    }
  }

  /// Whether there are no claims since the file changed, or the reference was given up.
  boolean isGone(AdoptedFile file) {
    synchronized (index) {
      return isForgotten(file) || files.is(file.number(), FileColumns.DROPPED);
    }
  }

  /// Whether the journal knows it.
  boolean isJournaled(AdoptedFile file) {
    synchronized (index) {
      return isKnown(file) && files.is(file.number(), FileColumns.JOURNALED);
    }
  }

  void journaled(AdoptedFile file) {
    synchronized (index) {
      if (isKnown(file)) {
        files.flag(file.number(), FileColumns.JOURNALED, true);
      }
    }
  }

  /// Makes claims visible, unless the reference is gone.
  ///
  /// @return whether it was there
  boolean claim(AdoptedFile file, List<ClaimedRun> runs) {
    synchronized (index) {
      if (isGone(file)) {
        return false;
      }
      int before = files.firstEntry(file.number());
      List<ClaimedRun> added = entries.add(file.number(), runs);
      for (int i = 0; i < added.size(); i += JournalRecord.MAX_RUNS) {
        int end = Math.min(added.size(), i + JournalRecord.MAX_RUNS);
        pending.add(new PendingChange.Claims(file, List.copyOf(added.subList(i, end)), before));
      }
      pendingRuns += added.size();
      return true;
    }
  }

  int pendingRuns() {
    synchronized (index) {
      return pendingRuns;
    }
  }

  /// Takes one claim back.
  ///
  /// @return whether it was there
  boolean unclaim(ChunkKey key, ChunkClaims.Candidate claim) {
    return unclaim(
        claim.file(), new ClaimedRun(key.cid(Cid.RAW), claim.offsetBytes(), claim.sizeBytes(), 1));
  }

  /// Takes claims of one entry back.
  ///
  /// @param run its first one was claimed
  /// @return whether it was there
  boolean unclaim(AdoptedFile file, ClaimedRun run) {
    synchronized (index) {
      Optional<ChunkKey> key = ChunkKey.of(run.cid());
      int entry =
          key.isEmpty() || isForgotten(file)
              ? ChunkIndex.NONE
              : entries.find(key.get(), file.number(), run.offsetBytes());
      if (entry == ChunkIndex.NONE) {
        return false;
      }
      pending.add(new PendingChange.Unclaim(file, run));
      entries.remove(entry, run.offsetBytes(), run.times());
      return true;
    }
  }

  /// Takes all claims on a chunk back.
  ///
  /// @return whether there was one
  boolean unclaimAll(ChunkKey key) {
    synchronized (index) {
      boolean any = false;
      int entry = index.find(key);
      while (entry != ChunkIndex.NONE) {
        int next = index.nextOfKey(entry);
        if (files.isReferredTo(index.file(entry))) {
          pending.add(new PendingChange.Unclaim(files.file(index.file(entry)), entries.run(entry)));
          entries.remove(entry);
          any = true;
        }
        entry = next;
      }
      return any;
    }
  }

  /// Takes all claims of a file that changed back and remembers the file.
  ///
  /// @return whether it was not gone before
  boolean drop(AdoptedFile file) {
    synchronized (index) {
      if (isGone(file)) {
        return false;
      }
      entries.removeAll(file.number());
      files.flag(file.number(), FileColumns.DROPPED, true);
      pending.add(new PendingChange.Drop(file));
      return true;
    }
  }

  /// Forgets a file.
  void forget(AdoptedFile file) {
    synchronized (index) {
      if (!isForgotten(file)) {
        entries.removeAll(file.number());
        files.forget(file.number());
        pending.add(new PendingChange.Forget(file));
      }
    }
  }

  /// The file has another name or is settled now.
  void redescribe(AdoptedFile file, ExpectedFile expected) {
    synchronized (index) {
      if (!isForgotten(file)) {
        files.describe(file.number(), expected);
        pending.add(new PendingChange.Description(file));
      }
    }
  }

  /// The claims of a file in order of offset, as they are when they are first looked at.
  List<Segment> segments(AdoptedFile file) {
    return new ClaimedSegments(() -> runs(file));
  }

  private List<ClaimedRun> runs(AdoptedFile file) {
    synchronized (index) {
      List<ClaimedRun> found = new ArrayList<>();
      if (!isGone(file)) {
        entries.collect(files.firstEntry(file.number()), Integer.MAX_VALUE, found);
      }
      return found;
    }
  }

  /// The newest entry whose bytes were forced.
  int firstForcedEntry(AdoptedFile file) {
    synchronized (index) {
      return isGone(file) ? ChunkIndex.NONE : files.firstForcedEntry(file.number());
    }
  }

  /// Collects at most `max` claims from an entry on, and says where to go on.
  int forcedRuns(AdoptedFile file, int from, int max, List<ClaimedRun> into) {
    synchronized (index) {
      return isGone(file) ? ChunkIndex.NONE : entries.collect(from, max, into);
    }
  }

  /// The changes that the journal has to learn, without the first `skip` of them.
  List<PendingChange> pending(int skip) {
    synchronized (index) {
      return List.copyOf(pending.subList(skip, pending.size()));
    }
  }

  /// The changes that the journal has to learn; all claims in them are about to be forced.
  List<PendingChange> takePending() {
    synchronized (index) {
      List<PendingChange> taken = pending;
      pending = new ArrayList<>();
      pendingRuns = 0;
      for (PendingChange one : taken) {
        if (one instanceof PendingChange.Claims && !isGone(one.file())) {
          int number = one.file().number();
          files.setFirstForcedEntry(number, files.firstEntry(number));
        }
      }
      return taken;
    }
  }

  /// Takes changes back that the journal has not learned, since their files could not be forced
  /// yet: all that there are of each of these files.
  void putBack(List<PendingChange> untold) {
    synchronized (index) {
      pending.addAll(0, untold);
      // The oldest comes last: what was forced before it still is.
      for (PendingChange one : untold.reversed()) {
        if (one instanceof PendingChange.Claims claimed) {
          pendingRuns += claimed.runs().size();
          if (!isGone(claimed.file())) {
            files.setFirstForcedEntry(claimed.file().number(), claimed.before());
          }
        }
      }
    }
  }

  /// The number of a file that the journal has forgotten may be given away again.
  void free(AdoptedFile file) {
    synchronized (index) {
      if (isKnown(file) && isForgotten(file)) {
        files.free(file.number());
      }
    }
  }

  /// About how many bytes a journal of all this takes.
  long journalBytes() {
    synchronized (index) {
      return 64 * entries.count() + 256L * files.size();
    }
  }

  /// At start: a file that the journal describes.
  void restore(int number, ExpectedFile expected) {
    synchronized (index) {
      if (files.isReferredTo(number)) {
        files.describe(number, expected);
      } else {
        files.put(number, expected);
        files.flag(number, FileColumns.JOURNALED, true);
      }
    }
  }

  /// At start: claims of the journal.
  void restore(AdoptedFile file, List<ClaimedRun> runs) {
    synchronized (index) {
      if (!isGone(file)) {
        entries.add(file.number(), runs);
        files.setFirstForcedEntry(file.number(), files.firstEntry(file.number()));
      }
    }
  }

  /// Makes changes that the journal knows already.
  void silently(Runnable changes) {
    synchronized (index) {
      int before = pending.size();
      changes.run();
      pending.subList(before, pending.size()).clear();
    }
  }
}
