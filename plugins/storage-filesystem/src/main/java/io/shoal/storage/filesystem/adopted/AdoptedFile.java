package io.shoal.storage.filesystem.adopted;

import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileRef;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.disk.FileStamp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One reference. Its fields are guarded by the lock of [ClaimTable], except [#expected], which any
/// thread may read.
public final class AdoptedFile {
  /// What the file has to look like.
  ///
  /// @param ref as the store told it
  /// @param changedNanos the file's ctime, which a rename changes too; not compared while the file
  ///   grows
  public record Expected(FileRef ref, long changedNanos) {

    static Expected of(Path path, FileStamp stamp, boolean growing) {
      return new Expected(
          new FileRef(path, stamp.sizeBytes(), stamp.modifiedNanos(), stamp.inode(), growing),
          stamp.changedNanos());
    }

    /// What became of the file, seen that the disk says `found`.
    FileState state(Optional<FileStamp> found) {
      if (found.isEmpty()) {
        return FileState.MISSING;
      }
      FileStamp stamp = found.get();
      if (!stamp.regular() || stamp.inode() != ref.inode()) {
        return FileState.CHANGED;
      }
      if (ref.growing()) {
        return FileState.GROWING;
      }
      boolean same =
          stamp.sizeBytes() == ref.sizeBytes()
              && stamp.modifiedNanos() == ref.modifiedNanos()
              && stamp.changedNanos() == changedNanos;
      return same ? FileState.INTACT : FileState.CHANGED;
    }
  }

  final int number;
  volatile Expected expected;

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

  /// Whether it changed and its claims are gone; it is remembered so that the user can be told.
  boolean dropped;

  /// Whether nobody wants to know of it any more.
  boolean forgotten;

  AdoptedFile(int number, Expected expected) {
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
