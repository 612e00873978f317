package io.shoal.storage.filesystem.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The calls of a file system that the store uses. The seam where tests put a disk that fails,
/// tears and forgets.
///
/// Paths are absolute and symbolic links at their end are never followed.
public interface Disk {

  /// Creates a file that must not exist yet, for writing from its start.
  DiskFile create(Path file) throws IOException;

  /// Opens a file for writing behind its first `sizeBytes` bytes, which must exist; what comes
  /// after them is cut off.
  DiskFile append(Path file, long sizeBytes) throws IOException;

  /// Opens a file for reading.
  ///
  /// @throws java.nio.file.NoSuchFileException it is not there
  DiskFile read(Path file) throws IOException;

  /// Renames atomically; whatever has the name `to` is replaced.
  void move(Path from, Path to) throws IOException;

  /// Gives a file a second name.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException the name is taken: nothing is ever replaced,
  ///   also in a race
  /// @throws UnsupportedOperationException the file system has no such thing
  void link(Path existing, Path name) throws IOException;

  /// Removes a file's name; open files go on.
  ///
  /// @return whether it was there
  boolean delete(Path file) throws IOException;

  /// Makes a file's bytes survive a power loss.
  ///
  /// @throws java.nio.file.NoSuchFileException it is not there
  /// @throws java.nio.file.AccessDeniedException this user may not read it
  /// @throws NotOpenedException it could not be opened otherwise: nothing was forced, and another
  ///   try may go well
  void forceFile(Path file) throws IOException;

  /// Makes the names in a folder survive a power loss.
  ///
  /// @throws NotOpenedException as of [#forceFile]
  void forceFolder(Path folder) throws IOException;

  /// Makes a folder and those above it, if they are not there.
  void createFolders(Path folder) throws IOException;

  /// The names in a folder with their sizes, folders with -1, in no order; empty if there is no
  /// such folder.
  List<Entry> list(Path folder) throws IOException;

  /// The file at a path, if there is one.
  Optional<FileStamp> stat(Path path) throws IOException;

  /// Takes a lock that only one process at a time can hold; the system releases it when the process
  /// ends, however it ends.
  ///
  /// @return closes it; empty if it is held already
  Optional<Closeable> lock(Path file) throws IOException;

  /// Whether this process may change what is in a folder.
  boolean isWritable(Path folder);

  /// How many bytes may still be written to the file system of `folder`.
  long usableBytes(Path folder) throws IOException;

  /// The name of this run of the operating system, if it has one: bytes that were written but never
  /// forced are still there while it stays the same, and may be gone when it differs.
  Optional<String> bootId();

  /// A name in a folder.
  record Entry(String name, long sizeBytes) {
    public boolean folder() {
      return sizeBytes < 0;
    }
  }
}
