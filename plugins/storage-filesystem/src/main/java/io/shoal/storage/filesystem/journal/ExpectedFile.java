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
    return state(stamp(), ref.growing(), found);
  }

  private FileStamp stamp() {
    return new FileStamp(true, ref.sizeBytes(), ref.modifiedNanos(), changedNanos, ref.inode());
  }

  /// A file's state, given what is on disk now.
  ///
  /// @param due how it has to look
  /// @param growing whether the node still writes it
  public static FileState state(FileStamp due, boolean growing, Optional<FileStamp> found) {
    if (found.isEmpty()) {
      return FileState.MISSING;
    }
    FileStamp stamp = found.get();
    if (!stamp.regular() || stamp.inode() != due.inode()) {
      return FileState.CHANGED;
    }
    if (growing) {
      return FileState.GROWING;
    }
    boolean same =
        stamp.sizeBytes() == due.sizeBytes()
            && stamp.modifiedNanos() == due.modifiedNanos()
            && stamp.changedNanos() == due.changedNanos();
    return same ? FileState.INTACT : FileState.CHANGED;
  }
}
