package io.shoal.storage.filesystem.adopted;

import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One reference. Its fields are guarded by the lock of [ClaimTable], except [#expected], which any
/// thread may read.
final class AdoptedFile {
  final int number;
  volatile ExpectedFile expected;

  /// Where the file was about to be moved when the process ended, oldest first; while the journal
  /// is read.
  final List<Path> moving = new ArrayList<>();

  /// The newest entry of its list in the index.
  int firstEntry = ChunkIndex.NONE;

  /// The newest entry whose bytes were forced. Entries are put before the older ones, so that all
  /// behind it are forced too.
  int firstForcedEntry = ChunkIndex.NONE;

  /// Whether the journal knows it.
  boolean journaled;

  /// Whether it changed and its claims are gone; it is remembered so that `status` can report it.
  boolean dropped;

  /// Whether the reference was given up.
  boolean forgotten;

  AdoptedFile(int number, ExpectedFile expected) {
    this.number = number;
    this.expected = expected;
  }

  Path path() {
    return expected.ref().path();
  }

  @Override
  public String toString() {
    return path().toString();
  }
}
