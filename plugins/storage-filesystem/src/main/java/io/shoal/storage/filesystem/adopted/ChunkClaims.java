package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.chunk.ChunkKey;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which claims of [ClaimTable] are on a chunk. Thread-safe.
final class ChunkClaims {
  /// How many files are tried for one chunk. The empty chunk is in every empty file: looking at all
  /// of them would cost more than fetching it.
  private static final int MAX_CANDIDATES = 16;

  /// How many claims on one chunk are audited: 64 GiB of zeros in leaves of 1 MiB. Bounds the list,
  /// and what one chunk takes of an audit.
  private static final int MAX_AUDITED = 65_536;

  /// A claim that may serve a chunk.
  ///
  /// @param expected how the file had to look when this was found
  record Candidate(AdoptedFile file, ExpectedFile expected, long offsetBytes, int sizeBytes) {
    Path path() {
      return expected.ref().path();
    }
  }

  private final ChunkIndex index;
  private final FileColumns files;

  /// @param index its monitor guards it and the files
  ChunkClaims(ChunkIndex index, FileColumns files) {
    this.index = index;
    this.files = files;
  }

  /// The claims that may serve a chunk, at most one a file.
  List<Candidate> candidates(ChunkKey key) {
    synchronized (index) {
      List<Candidate> found = new ArrayList<>();
      Set<Integer> seen = new HashSet<>();
      int entry = index.find(key);
      for (int i = 0; i < FileEntries.MAX_CHAIN && entry != ChunkIndex.NONE; i++) {
        int number = index.file(entry);
        if (files.isReferredTo(number) && seen.add(number)) {
          found.add(candidate(number, entry, 0));
        }
        if (found.size() == MAX_CANDIDATES) {
          break;
        }
        entry = index.nextOfKey(entry);
      }
      return found;
    }
  }

  /// @param time which one of a run
  private Candidate candidate(int number, int entry, int time) {
    int size = index.sizeBytes(entry);
    return new Candidate(
        files.file(number),
        files.expected(number),
        index.offsetBytes(entry) + (long) time * size,
        size);
  }

  /// The claims on a chunk, also where a file has several.
  List<Candidate> all(ChunkKey key) {
    synchronized (index) {
      List<Candidate> found = new ArrayList<>();
      int entry = index.find(key);
      while (entry != ChunkIndex.NONE && found.size() < MAX_AUDITED) {
        if (files.isReferredTo(index.file(entry))) {
          int most = Math.min(index.times(entry), MAX_AUDITED - found.size());
          for (int time = 0; time < most; time++) {
            found.add(candidate(index.file(entry), entry, time));
          }
        }
        entry = index.nextOfKey(entry);
      }
      return found;
    }
  }
}
