package io.shoal.storage.filesystem.journal;

import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileRef;
import io.shoal.storage.filesystem.disk.FileStamp;
import java.nio.file.Path;
import java.util.Optional;

/// A user's file as it has to look for its chunks to be served.
///
/// @param ref as the store reported it
/// @param changedNanos the file's ctime, which a rename changes too; not compared while the file
///   grows
public record ExpectedFile(FileRef ref, long changedNanos) {

  public static ExpectedFile of(Path path, FileStamp stamp, boolean growing) {
    return new ExpectedFile(
        new FileRef(path, stamp.sizeBytes(), stamp.modifiedNanos(), stamp.inode(), growing),
        stamp.changedNanos());
  }

  /// The file's state, given what is on disk now.
  public FileState state(Optional<FileStamp> found) {
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
