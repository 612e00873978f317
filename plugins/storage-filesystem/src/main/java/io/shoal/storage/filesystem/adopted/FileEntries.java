package io.shoal.storage.filesystem.adopted;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.Segment;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import java.util.List;
import java.util.Optional;

/// The claims of files as entries of the index. Not thread-safe.
final class FileEntries {
  /// How many claims on one chunk are looked through. A file of zeros claims one chunk over and
  /// over.
  static final int MAX_CHAIN = 256;

  private final ChunkIndex index;
  private final FileColumns files;
  private long count;

  FileEntries(ChunkIndex index, FileColumns files) {
    this.index = index;
    this.files = files;
  }

  /// How many there are.
  long count() {
    return count;
  }

  /// Adds the claims of a file that are not there yet.
  void add(int file, List<Segment> segments) {
    for (Segment segment : segments) {
      Optional<ChunkKey> key = ChunkKey.of(segment.cid());
      if (key.isPresent()
          && find(key.get(), file, segment.offsetBytes(), MAX_CHAIN) == ChunkIndex.NONE) {
        files.setFirstEntry(
            file,
            index.add(
                key.get(),
                segment.sizeBytes(),
                segment.cid().codec(),
                file,
                segment.offsetBytes(),
                files.firstEntry(file)));
        count++;
      }
    }
  }

  int find(ChunkKey key, int file, long offsetBytes, int maxSteps) {
    int entry = index.find(key);
    for (int i = 0; i < maxSteps && entry != ChunkIndex.NONE; i++) {
      if (index.file(entry) == file && index.offsetBytes(entry) == offsetBytes) {
        return entry;
      }
      entry = index.nextOfKey(entry);
    }
    return ChunkIndex.NONE;
  }

  void remove(int entry) {
    index.removeClaim(entry);
    count--;
  }

  void removeAll(int file) {
    int first = files.firstEntry(file);
    for (int entry = first; entry != ChunkIndex.NONE; entry = index.nextInFile(entry)) {
      count -= index.dead(entry) ? 0 : 1;
    }
    index.removeFile(first);
    files.setFirstEntry(file, ChunkIndex.NONE);
    files.setFirstForcedEntry(file, ChunkIndex.NONE);
  }

  /// Collects at most `max` claims from an entry of a file on, and says where to go on.
  int collect(int from, int max, List<Segment> into) {
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
}
