package io.shoal.runtime.file;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files and folders that only their owner can read.
public final class PrivateFile {

  private static final Set<PosixFilePermission> OWNERS_RIGHTS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// For media that cannot be written to now.
  private static final Set<String> WITHOUT_RIGHTS =
      Set.of("exfat", "fuseblk", "iso9660", "msdos", "udf", "vfat");

  private PrivateFile() {}

  /// Whether the file's medium has owners and permissions; elsewhere the user's folder is all the
  /// protection there is.
  public static boolean supportsPermissions(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /// Whether other users than its owner can read or change a file, and need not: its medium could
  /// keep them from it.
  public static boolean isOpenToOthers(Path file) throws IOException {
    return looksOpen(file) && mediumHasRights(file);
  }

  /// Whether a file is on a medium that has no rights, such as exFAT: all who can read the medium
  /// can read it, and chmod changes nothing.
  public static boolean isOnOpenMedium(Path file) throws IOException {
    return looksOpen(file) && !mediumHasRights(file);
  }

  private static boolean looksOpen(Path file) throws IOException {
    return supportsPermissions(file)
        && !OWNERS_RIGHTS.containsAll(Files.getPosixFilePermissions(file));
  }

  private static boolean mediumHasRights(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    try {
      // Made for its owner alone, where that is possible.
      Path trial = Files.createTempFile(folder, ".rights", "");
      try {
        return !looksOpen(trial);
      } finally {
        Files.delete(trial);
      }
    } catch (IOException e) {
      return !WITHOUT_RIGHTS.contains(Files.getFileStore(file).type());
    }
  }

  /// Writes a whole file (mode 0600), durably and atomically: after a crash the old content or the
  /// new one is there.
  public static void write(Path file, byte[] content) throws IOException {
    Path temp =
        file.resolveSibling(NameRules.withSuffix(String.valueOf(file.getFileName()), ".tmp"));
    // A crash may have left one, perhaps with wider permissions: a new file has the right ones from
    // its first byte.
    Files.deleteIfExists(temp);
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel out = FileChannel.open(temp, options, only(file, "rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      // Before the rename: otherwise a crash can leave the new name with no content.
      out.force(true);
    }
    Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(file.resolveSibling("."));
  }

  /// Opens a file of the node's own to read and write, made with mode 0600 if it is missing. One
  /// that is there loses the rights of others.
  ///
  /// @throws UserFaultException it is a link, of either kind, or no file: in a folder that others
  ///   may write to they could have it lead to any file of this user's
  static FileChannel openOwn(Path file) throws IOException, UserFaultException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      requireOwn(file);
      closeToOthers(file);
    }
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS),
              only(file, "rw-------"));
    } catch (IOException e) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        requireOwn(file);
      }
      throw e;
    }
    boolean own = false;
    try {
      // Again, for one that came between the look and the opening.
      requireOwn(file);
      own = true;
      return channel;
    } finally {
      if (!own) {
        channel.close();
      }
    }
  }

  private static void closeToOthers(Path file) throws IOException {
    if (isOpenToOthers(file)) {
      try {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      } catch (FileSystemException e) {
        // Another user's, or a medium without rights: the opening decides whether it can be used.
      }
    }
  }

  private static void requireOwn(Path file) throws IOException, UserFaultException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || supportsPermissions(file) && (int) Files.getAttribute(file, "unix:nlink") != 1) {
      throw new UserFaultException(
          file + " is a link, or no file: nothing is written through it; remove it");
    }
  }

  /// Makes the names in a folder durable, where the system can.
  private static void syncFolder(Path folder) throws IOException {
    if (!supportsPermissions(folder)) {
      return;
    }
    AtomicFiles.forceFolder(folder);
  }

  /// Makes a folder (mode 0700) and what is missing above it; one that is there is left as it is.
  public static Path folder(Path folder) throws IOException {
    return Files.createDirectories(folder, only(folder, "rwx------"));
  }

  private static FileAttribute<?>[] only(Path path, String permissions) {
    return supportsPermissions(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
