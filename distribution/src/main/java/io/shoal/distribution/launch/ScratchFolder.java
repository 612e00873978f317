package io.shoal.distribution.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// A temporary folder that goes with everything in it once its last user is done with it: each
/// process that uses it holds a shared lock on a file in it, which the system takes back from one
/// that is killed.
///
/// @param path where it is
/// @param lockFile holds the lock
public record ScratchFolder(Path path, FileChannel lockFile) implements AutoCloseable {

  private static final String LOCK = "in-use.lock";

  public static ScratchFolder create(String prefix) throws IOException {
    return share(Files.createTempDirectory(prefix));
  }

  /// Uses a folder that another process made.
  public static ScratchFolder share(Path path) throws IOException {
    FileChannel file =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      file.lock(0, Long.MAX_VALUE, true);
    } catch (IOException e) {
      file.close();
      throw e;
    }
    return new ScratchFolder(path, file);
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
    try (FileChannel file = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE)) {
      // Of those that end together one gets it, and it is the only one left.
      if (file.tryLock() != null) {
        remove();
      }
    } catch (NoSuchFileException e) {
      // Another one was the last, and has removed it.
    }
  }

  private void remove() throws IOException {
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            // A process that is about to end may have removed it first.
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
