package io.shoal.storage.filesystem.adopted;

import io.shoal.api.Cid;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.journal.ClaimedRun;
import java.util.ArrayList;
import java.util.List;

/// The claims of files as entries of the index, one for a chunk that follows itself. Not
/// thread-safe.
///
/// How often a chunk occurs is decided by whoever made the file, in a few bytes: so there is a
/// bound for the claims on one chunk. What is beyond it is served from the claims that there are,
/// and read again after a stop.
final class FileEntries {
  /// How many claims there may be on one chunk: in so many files, or runs of a file.
  static final int MAX_CHAIN = 256;

  /// How many claims on a chunk there may be in any case.
  static final int CERTAIN = 4;

  /// How many claims there may be beyond the certain ones, on all chunks together: 5 MB.
  static final int MAX_FURTHER = 65_536;

  private final ChunkIndex index;
  private final FileColumns files;
  private long count;
  private int further;

  FileEntries(ChunkIndex index, FileColumns files) {
    this.index = index;
    this.files = files;
  }

  /// How many there are.
  long count() {
    return count;
  }

  /// Adds the claims of a file that are not there yet and that there is room for.
  ///
  /// @return those that were added
  List<ClaimedRun> add(int file, List<ClaimedRun> runs) {
    List<ClaimedRun> added = new ArrayList<>();
    for (ClaimedRun run : runs) {
      ChunkKey.of(run.cid()).ifPresent(key -> add(file, key, run, added));
    }
    return added;
  }

  private void add(int file, ChunkKey key, ClaimedRun run, List<ClaimedRun> added) {
    ClaimedRun left = run;
    while (left.times() > 0) {
      int covered = 0;
      int free = left.times();
      int claims = 0;
      for (int at = index.find(key); at != ChunkIndex.NONE; at = index.nextOfKey(at)) {
        claims += index.file(at) == ChunkIndex.OWNED ? 0 : 1;
        if (index.file(at) == file && index.sizeBytes(at) == left.sizeBytes()) {
          long ahead = ahead(at, left.offsetBytes());
          if (ahead <= 0 && -ahead < index.times(at)) {
            covered = (int) Math.min(left.times(), index.times(at) + ahead);
          } else if (ahead > 0) {
            free = (int) Math.min(free, ahead);
          }
        }
      }
      if (covered > 0) {
        left = left.after(covered);
      } else if (hasRoom(claims)) {
        further += claims >= CERTAIN ? 1 : 0;
        ClaimedRun now = left.first(free);
        add(file, key, now);
        added.add(now);
        left = left.after(free);
      } else {
        return;
      }
    }
  }

  /// How many chunks an entry begins behind an offset; many if it is not in step with it.
  private long ahead(int entry, long offsetBytes) {
    long bytes = index.offsetBytes(entry) - offsetBytes;
    int size = index.sizeBytes(entry);
    if (size == 0) {
      return bytes == 0 ? 0 : Long.MAX_VALUE;
    }
    return bytes % size == 0 ? bytes / size : Long.MAX_VALUE;
  }

  private boolean hasRoom(int claims) {
    return claims < CERTAIN || claims < MAX_CHAIN && further < MAX_FURTHER;
  }

  private void add(int file, ChunkKey key, ClaimedRun run) {
    files.setFirstEntry(file, entry(file, key, run, files.firstEntry(file)));
  }

  private int entry(int file, ChunkKey key, ClaimedRun run, int next) {
    count++;
    return index.add(
        key, run.sizeBytes(), run.cid().codec(), file, run.offsetBytes(), run.times(), next);
  }

  /// The entry of a file that has a chunk at an offset.
  int find(ChunkKey key, int file, long offsetBytes) {
    for (int at = index.find(key); at != ChunkIndex.NONE; at = index.nextOfKey(at)) {
      if (index.file(at) == file) {
        long ahead = ahead(at, offsetBytes);
        if (ahead <= 0 && -ahead < index.times(at)) {
          return at;
        }
      }
    }
    return ChunkIndex.NONE;
  }

  /// Takes claims back: those of an entry from an offset on.
  void remove(int entry, long offsetBytes, int times) {
    int size = index.sizeBytes(entry);
    int before = size == 0 ? 0 : (int) ((offsetBytes - index.offsetBytes(entry)) / size);
    int after = Math.max(0, index.times(entry) - before - times);
    ClaimedRun run = run(entry);
    if (after > 0) {
      // Behind the entry in the file's list: forced or not, as it is.
      ChunkKey key = index.key(entry);
      further += claims(key) >= CERTAIN ? 1 : 0;
      index.setNextInFile(
          entry,
          entry(index.file(entry), key, run.after(run.times() - after), index.nextInFile(entry)));
    }
    if (before > 0) {
      index.setTimes(entry, before);
    } else {
      remove(entry);
    }
  }

  /// Takes all claims of an entry back.
  void remove(int entry) {
    further -= further > 0 && claims(index.key(entry)) > CERTAIN ? 1 : 0;
    index.removeClaim(entry);
    count--;
  }

  private int claims(ChunkKey key) {
    int claims = 0;
    for (int at = index.find(key); at != ChunkIndex.NONE; at = index.nextOfKey(at)) {
      claims += index.file(at) == ChunkIndex.OWNED ? 0 : 1;
    }
    return claims;
  }

  void removeAll(int file) {
    int first = files.firstEntry(file);
    for (int entry = first; entry != ChunkIndex.NONE; entry = index.nextInFile(entry)) {
      if (!index.dead(entry)) {
        remove(entry);
      }
    }
    index.removeFile(first);
    files.setFirstEntry(file, ChunkIndex.NONE);
    files.setFirstForcedEntry(file, ChunkIndex.NONE);
  }

  /// Collects at most `max` claims from an entry of a file on, and says where to go on.
  int collect(int from, int max, List<ClaimedRun> into) {
    int entry = from;
    while (entry != ChunkIndex.NONE && into.size() < max) {
      if (!index.dead(entry)) {
        into.add(run(entry));
      }
      entry = index.nextInFile(entry);
    }
    return entry;
  }

  /// The claims of an entry.
  ClaimedRun run(int entry) {
    Cid cid = index.key(entry).cid(index.codec(entry));
    return new ClaimedRun(
        cid, index.offsetBytes(entry), index.sizeBytes(entry), index.times(entry));
  }
}
