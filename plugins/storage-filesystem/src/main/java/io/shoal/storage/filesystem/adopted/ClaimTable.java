package io.shoal.storage.filesystem.adopted;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.Segment;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import io.shoal.storage.filesystem.journal.JournalRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The state in memory of users' files: the references, their claims, and the changes that the
/// journal does not have yet. Thread-safe; does no IO, so its lock is never held for long.
final class ClaimTable {
  /// How many files are tried for one chunk. The empty chunk is in every empty file: looking at all
  /// of them would cost more than fetching it.
  private static final int MAX_CANDIDATES = 16;

  /// How many claims on one chunk are looked through. A file of zeros claims one chunk over and
  /// over.
  private static final int MAX_CHAIN = 256;

  /// How many claims on one chunk are audited: 64 GiB of zeros in leaves of 1 MiB. Bounds the list,
  /// and what one chunk takes of an audit.
  private static final int MAX_AUDITED = 65_536;

  /// A claim that may serve a chunk.
  record Candidate(AdoptedFile file, long offsetBytes, int sizeBytes) {}

  private final ChunkIndex index;
  // Guarded by the index.
  private final Map<Integer, AdoptedFile> byNumber = new HashMap<>();
  private final Map<Path, AdoptedFile> byPath = new HashMap<>();
  private final BitSet numbers = new BitSet();
  private List<PendingChange> pending = new ArrayList<>();
  private int pendingSegments;
  private long claims;

  /// @param index shared with the owned chunks; its monitor guards it and all of this
  ClaimTable(ChunkIndex index) {
    this.index = index;
    numbers.set(ChunkIndex.OWNED);
  }

  AdoptedFile begin(ExpectedFile expected) {
    synchronized (index) {
      int number = numbers.nextClearBit(1);
      if (number > ChunkIndex.MAX_FILE) {
        throw new IllegalStateException(
            "a store refers to at most " + ChunkIndex.MAX_FILE + " files");
      }
      AdoptedFile file = new AdoptedFile(number, expected);
      put(file);
      pending.add(new PendingChange.Description(file));
      return file;
    }
  }

  private void put(AdoptedFile file) {
    numbers.set(file.number);
    byNumber.put(file.number, file);
    byPath.put(file.path(), file);
  }

  Optional<AdoptedFile> at(Path path) {
    synchronized (index) {
      return Optional.ofNullable(byPath.get(path));
    }
  }

  List<AdoptedFile> files() {
    synchronized (index) {
      return List.copyOf(byNumber.values());
    }
  }

  /// Makes claims visible, unless the reference is gone.
  ///
  /// @return whether it was there
  boolean claim(AdoptedFile file, List<Segment> segments) {
    synchronized (index) {
      if (file.dropped || file.forgotten) {
        return false;
      }
      add(file, segments);
      for (int i = 0; i < segments.size(); i += JournalRecord.MAX_SEGMENTS) {
        int end = Math.min(segments.size(), i + JournalRecord.MAX_SEGMENTS);
        pending.add(new PendingChange.Claims(file, List.copyOf(segments.subList(i, end))));
      }
      pendingSegments += segments.size();
      return true;
    }
  }

  private void add(AdoptedFile file, List<Segment> segments) {
    for (Segment segment : segments) {
      Optional<ChunkKey> key = ChunkKey.of(segment.cid());
      if (key.isPresent() && !claimed(key.get(), file, segment.offsetBytes())) {
        file.firstEntry =
            index.add(
                key.get(),
                segment.sizeBytes(),
                segment.cid().codec(),
                file.number,
                segment.offsetBytes(),
                file.firstEntry);
        claims++;
      }
    }
  }

  private boolean claimed(ChunkKey key, AdoptedFile file, long offsetBytes) {
    return entry(key, file, offsetBytes, MAX_CHAIN) != ChunkIndex.NONE;
  }

  private int entry(ChunkKey key, AdoptedFile file, long offsetBytes, int maxSteps) {
    int entry = index.find(key);
    for (int i = 0; i < maxSteps && entry != ChunkIndex.NONE; i++) {
      if (index.file(entry) == file.number && index.offsetBytes(entry) == offsetBytes) {
        return entry;
      }
      entry = index.nextOfKey(entry);
    }
    return ChunkIndex.NONE;
  }

  int pendingSegments() {
    synchronized (index) {
      return pendingSegments;
    }
  }

  /// The claims that may serve a chunk, at most one a file.
  List<Candidate> candidates(ChunkKey key) {
    synchronized (index) {
      List<Candidate> found = new ArrayList<>();
      Set<Integer> seen = new HashSet<>();
      int entry = index.find(key);
      for (int i = 0; i < MAX_CHAIN && entry != ChunkIndex.NONE; i++) {
        int number = index.file(entry);
        @Nullable AdoptedFile file = byNumber.get(number);
        if (file != null && seen.add(number)) {
          found.add(new Candidate(file, index.offsetBytes(entry), index.sizeBytes(entry)));
        }
        if (found.size() == MAX_CANDIDATES) {
          break;
        }
        entry = index.nextOfKey(entry);
      }
      return found;
    }
  }

  /// The claims on a chunk, also where a file has several.
  List<Candidate> claims(ChunkKey key) {
    synchronized (index) {
      List<Candidate> found = new ArrayList<>();
      int entry = index.find(key);
      while (entry != ChunkIndex.NONE && found.size() < MAX_AUDITED) {
        @Nullable AdoptedFile file = byNumber.get(index.file(entry));
        if (file != null) {
          found.add(new Candidate(file, index.offsetBytes(entry), index.sizeBytes(entry)));
        }
        entry = index.nextOfKey(entry);
      }
      return found;
    }
  }

  /// Takes one claim back.
  ///
  /// @return whether it was there
  boolean unclaim(ChunkKey key, Candidate claim) {
    synchronized (index) {
      int entry = entry(key, claim.file(), claim.offsetBytes(), Integer.MAX_VALUE);
      if (entry == ChunkIndex.NONE) {
        return false;
      }
      Cid cid = key.cid(index.codec(entry));
      pending.add(new PendingChange.Unclaim(claim.file(), claim.offsetBytes(), cid));
      index.removeClaim(entry);
      claims--;
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
        @Nullable AdoptedFile file = byNumber.get(index.file(entry));
        if (file != null) {
          pending.add(
              new PendingChange.Unclaim(
                  file, index.offsetBytes(entry), key.cid(index.codec(entry))));
          index.removeClaim(entry);
          claims--;
          any = true;
        }
        entry = next;
      }
      return any;
    }
  }

  /// Takes all claims of a file that changed back and remembers the file.
  void drop(AdoptedFile file) {
    synchronized (index) {
      if (!file.dropped && !file.forgotten) {
        removeClaims(file);
        file.dropped = true;
        pending.add(new PendingChange.Drop(file));
      }
    }
  }

  /// Forgets a file.
  void forget(AdoptedFile file) {
    synchronized (index) {
      if (!file.forgotten) {
        removeClaims(file);
        file.forgotten = true;
        byNumber.remove(file.number);
        byPath.remove(file.path(), file);
        pending.add(new PendingChange.Forget(file));
      }
    }
  }

  private void removeClaims(AdoptedFile file) {
    for (int entry = file.firstEntry; entry != ChunkIndex.NONE; entry = index.nextInFile(entry)) {
      claims -= index.dead(entry) ? 0 : 1;
    }
    index.removeFile(file.firstEntry);
    file.firstEntry = ChunkIndex.NONE;
    file.firstForcedEntry = ChunkIndex.NONE;
  }

  /// The file has another name or is settled now.
  void redescribe(AdoptedFile file, ExpectedFile expected) {
    synchronized (index) {
      byPath.remove(file.path(), file);
      file.expected = expected;
      byPath.put(file.path(), file);
      pending.add(new PendingChange.Description(file));
    }
  }

  /// The claims of a file in order of offset.
  List<Segment> segments(AdoptedFile file) {
    synchronized (index) {
      List<Segment> found = new ArrayList<>();
      collect(file.firstEntry, Integer.MAX_VALUE, found);
      found.sort(Comparator.comparingLong(Segment::offsetBytes));
      List<Segment> distinct = new ArrayList<>(found.size());
      for (Segment segment : found) {
        if (distinct.isEmpty() || !distinct.getLast().equals(segment)) {
          distinct.add(segment);
        }
      }
      return distinct;
    }
  }

  /// Collects at most `max` claims from an entry on, and says where to go on.
  int forcedSegments(AdoptedFile file, int from, int max, List<Segment> into) {
    synchronized (index) {
      return file.dropped || file.forgotten ? ChunkIndex.NONE : collect(from, max, into);
    }
  }

  private int collect(int from, int max, List<Segment> into) {
    int entry = from;
    while (entry != ChunkIndex.NONE && into.size() < max) {
      if (!index.dead(entry)) {
        Cid cid = index.key(entry).cid(index.codec(entry));
        into.add(new Segment(cid, index.offsetBytes(entry), index.sizeBytes(entry)));
      }
      entry = index.nextInFile(entry);
    }
    return entry;
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
      pendingSegments = 0;
      for (PendingChange one : taken) {
        if (one instanceof PendingChange.Claims) {
          one.file().firstForcedEntry = one.file().firstEntry;
        }
      }
      return taken;
    }
  }

  /// The number of a file that the journal has forgotten may be given away again.
  void free(AdoptedFile file) {
    synchronized (index) {
      numbers.clear(file.number);
    }
  }

  /// About how many bytes a journal of all this takes.
  long journalBytes() {
    synchronized (index) {
      return 64 * claims + 256L * byNumber.size();
    }
  }

  /// Takes a record of the journal in, at start.
  void replay(JournalRecord record) {
    synchronized (index) {
      @Nullable AdoptedFile file = byNumber.get(record.file());
      switch (record) {
        case JournalRecord.Described(int number, ExpectedFile expected) ->
            replayDescription(number, expected, file);
        case JournalRecord.Claimed(_, List<Segment> segments) -> {
          if (file != null && !file.dropped) {
            add(file, segments);
            file.firstForcedEntry = file.firstEntry;
          }
        }
        case JournalRecord.Moving(_, Path target) -> {
          if (file != null) {
            file.moving.add(target);
          }
        }
        case JournalRecord.Dropped(_) -> {
          if (file != null) {
            removeClaims(file);
            file.dropped = true;
          }
        }
        case JournalRecord.Forgotten(_) -> {
          if (file != null) {
            removeClaims(file);
            byNumber.remove(file.number);
            byPath.remove(file.path(), file);
            numbers.clear(file.number);
          }
        }
        case JournalRecord.Unclaimed(_, long offset, Cid cid) -> {
          Optional<ChunkKey> key = ChunkKey.of(cid);
          if (file != null && key.isPresent()) {
            int entry = entry(key.get(), file, offset, Integer.MAX_VALUE);
            if (entry != ChunkIndex.NONE) {
              index.removeClaim(entry);
              claims--;
            }
          }
        }
      }
    }
  }

  private void replayDescription(int number, ExpectedFile expected, @Nullable AdoptedFile known) {
    if (known == null) {
      AdoptedFile file = new AdoptedFile(number, expected);
      file.journaled = true;
      put(file);
      return;
    }
    byPath.remove(known.path(), known);
    known.expected = expected;
    known.moving.clear();
    byPath.put(known.path(), known);
  }
}
