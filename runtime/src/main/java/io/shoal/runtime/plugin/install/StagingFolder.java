package io.shoal.runtime.plugin.install;

import io.shoal.api.UserFaultException;
import io.shoal.runtime.file.AtomicFiles;
import io.shoal.runtime.unit.Units;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hidden folder inside the folder of plugins, where no node looks: what is prepared in it gets
/// its name by one move on the same medium. One process at a time has one.
final class StagingFolder implements AutoCloseable {

  /// Nodes leave hidden names out.
  private static final String NAME = ".installing";

  private static final String LOCK = ".installing.lock";

  /// As many as a node reads of a plugin's folder.
  private static final int MAX_FILES = 10_000;

  private final Path plugins;
  private final FileChannel lock;

  private StagingFolder(Path plugins, FileChannel lock) {
    this.plugins = plugins;
    this.lock = lock;
  }

  /// @throws UserFaultException another process installs or removes a plugin
  static StagingFolder open(Path plugins) throws UserFaultException, IOException {
    Files.createDirectories(plugins);
    FileChannel lock =
        FileChannel.open(
            plugins.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    boolean ready = false;
    try {
      if (!isTaken(lock)) {
        throw new UserFaultException(
            "another command changes the plugins in " + plugins + ": try again when it is done");
      }
      StagingFolder staging = new StagingFolder(plugins, lock);
      // One that was killed left what it had.
      delete(staging.path());
      Files.createDirectory(staging.path());
      ready = true;
      return staging;
    } finally {
      if (!ready) {
        lock.close();
      }
    }
  }

  private static boolean isTaken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  Path path() {
    return plugins.resolve(NAME);
  }

  /// A folder in it, made when it is first asked for.
  Path folder(String name) throws IOException {
    return Files.createDirectories(path().resolve(name));
  }

  /// Copies a file, or a folder with the files in it, durably.
  ///
  /// @return the copy
  Path copy(Path source, Path target) throws UserFaultException, IOException {
    if (!Files.isDirectory(source)) {
      copyFile(source, target, ArchiveLimits.MAX_FILE_BYTES);
      return target;
    }
    List<Path> tree;
    try (Stream<Path> walk = Files.walk(source)) {
      tree = walk.limit(MAX_FILES + 1L).toList();
    }
    if (tree.size() > MAX_FILES) {
      throw new UserFaultException(
          "%s has more than %,d files: it is not a plugin".formatted(source, MAX_FILES));
    }
    long left = ArchiveLimits.DEFAULT.maxUnpackedBytes();
    for (Path path : tree) {
      Path to = target.resolve(source.relativize(path).toString());
      if (path.equals(source) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(to);
      } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        left -= copyFile(path, to, left);
      } else {
        throw new UserFaultException(
            path + " is a link or no file, which no digest covers: put the file itself there");
      }
    }
    for (Path path : tree.reversed()) {
      if (Files.isDirectory(path)) {
        AtomicFiles.forceFolder(target.resolve(source.relativize(path).toString()));
      }
    }
    return target;
  }

  private static long copyFile(Path source, Path target, long most)
      throws UserFaultException, IOException {
    try (InputStream in = Files.newInputStream(source);
        FileChannel file =
            FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      long size = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        size += read;
        if (size > most) {
          throw new UserFaultException(
              source + " is larger than " + Units.exactSize(most) + ": it is not a plugin");
        }
        out.write(buffer, 0, read);
      }
      file.force(true);
      return size;
    }
  }

  /// Gives something in it a name in the folder of plugins.
  void place(Path staged) throws IOException {
    Path name = staged.getFileName();
    Files.move(staged, plugins.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /// Makes the names in the folder of plugins durable.
  void force() throws IOException {
    AtomicFiles.forceFolder(plugins);
  }

  /// Takes something out of the folder of plugins in one step; what cannot be deleted goes with the
  /// next use of this folder.
  void discard(Path plugin) throws IOException {
    Path away = folder("discarded").resolve(plugin.getFileName());
    Files.move(plugin, away, StandardCopyOption.ATOMIC_MOVE);
    delete(away);
  }

  private static void delete(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    try {
      delete(path());
    } finally {
      lock.close();
    }
  }
}
