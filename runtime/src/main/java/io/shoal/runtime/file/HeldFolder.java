package io.shoal.runtime.file;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A data folder that this process uses: locked for it alone or, where it cannot be written to, for
/// readers.
public final class HeldFolder implements AutoCloseable {

  /// In the runtime's part: what each process makes anew, and room for a full disk.
  private static final Set<String> NOT_COPIED = Set.of("unpacked-plugins", "reserve");

  private final DataFolder folder;
  private final DataFolderLock lock;
  private final Optional<Path> scratch;

  private HeldFolder(DataFolder folder, DataFolderLock lock, Optional<Path> scratch) {
    this.folder = folder;
    this.lock = lock;
    this.scratch = scratch;
  }

  /// Takes a folder, which is made if it is missing. The lock's file shows whether it can be
  /// written to: the first one that is.
  ///
  /// @throws DataFolderLock.InUseException another process, or another node of this one, uses it
  public static HeldFolder take(Path path) throws UserFaultException, IOException {
    PrivateFile.folder(path);
    try {
      DataFolderLock lock = DataFolderLock.take(path);
      return new HeldFolder(DataFolder.of(path), lock, Optional.empty());
    } catch (FileSystemException e) {
      Optional<String> reason = unwritable(e);
      if (reason.isEmpty()) {
        throw e;
      }
      return toRead(path, reason.get());
    }
  }

  /// Why nothing can be written, if that is what a failure says.
  static Optional<String> unwritable(FileSystemException failure) {
    if (failure instanceof AccessDeniedException) {
      return Optional.of("read-only for this user, as " + failure.getFile() + " shows");
    }
    // Java passes on the words of the system only.
    return String.valueOf(failure.getReason()).contains("Read-only file system")
        ? Optional.of("on a read-only medium")
        : Optional.empty();
  }

  /// Takes a folder in which nothing is to be changed.
  static HeldFolder toRead(Path path, String reason) throws UserFaultException, IOException {
    DataFolderLock lock = DataFolderLock.share(path);
    boolean taken = false;
    Optional<Path> scratch = Optional.empty();
    try {
      scratch = Optional.of(Files.createTempDirectory("shoal-reading"));
      DataFolder folder = DataFolder.unwritable(path, scratch.get(), reason);
      copy(DataFolder.of(path).state(), folder.state());
      taken = true;
      return new HeldFolder(folder, lock, scratch);
    } finally {
      if (!taken) {
        remove(scratch);
        lock.close();
      }
    }
  }

  public DataFolder folder() {
    return folder;
  }

  private static void copy(Path from, Path to) throws IOException {
    PrivateFile.folder(to);
    if (Files.notExists(from)) {
      return;
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes)
              throws IOException {
            if (isLeftOut(each)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            PrivateFile.folder(to.resolve(from.relativize(each)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile() && !isLeftOut(each)) {
              // By its bytes alone: the copy must be writable, whatever rights the file has.
              try (var in = Files.newInputStream(each)) {
                Files.copy(in, to.resolve(from.relativize(each)));
              }
            }
            return FileVisitResult.CONTINUE;
          }

          private boolean isLeftOut(Path each) {
            return from.equals(each.getParent())
                && NOT_COPIED.contains(String.valueOf(each.getFileName()));
          }
        });
  }

  private static void remove(Optional<Path> scratch) throws IOException {
    if (scratch.isEmpty()) {
      return;
    }
    Files.walkFileTree(
        scratch.get(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path each, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    try {
      remove(scratch);
    } finally {
      lock.close();
    }
  }
}
