package io.shoal.distribution.launch;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A folder in the data folder for this user alone, whatever rights the data folder has.
final class PrivateFolder {

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFolder() {}

  /// Makes the folder, or takes the rights of others from it.
  ///
  /// @throws IOException it is a link, no folder, or another user's: what is written there could go
  ///   anywhere, and be read or changed by others
  static void take(Path folder) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent(), only("rwx------"));
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(folder, only("rwx------"));
    }
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(folder + " is a link or no folder: remove it");
    }
    if (POSIX) {
      takeRights(folder, "rwx------");
      if (!Files.getAttribute(folder, "unix:uid").equals(ownUser(folder))) {
        throw new IOException(folder + " is another user's: choose another data folder");
      }
    }
  }

  /// Makes a file for this user alone, unless it is there.
  ///
  /// @throws IOException a link or something else than a file is in the place
  static void makeFile(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.createFile(file, only("rw-------"));
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || POSIX && (int) Files.getAttribute(file, "unix:nlink") != 1) {
      throw new IOException(file + " is a link or no file: remove it");
    }
    if (POSIX) {
      takeRights(file, "rw-------");
    }
  }

  private static void takeRights(Path path, String rights) throws IOException {
    try {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
    } catch (FileSystemException e) {
      // A medium that has no rights; where there are some, the owner's number decides.
    }
  }

  /// Takes from others the right to change a file.
  static void keepFromChanges(Path file) throws IOException {
    if (POSIX) {
      Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
      rights.remove(PosixFilePermission.GROUP_WRITE);
      rights.remove(PosixFilePermission.OTHERS_WRITE);
      Files.setPosixFilePermissions(file, rights);
    }
  }

  /// The administrator may change the rights of any folder, so that it proves nothing; the system
  /// gives Java the user's name alone, and a file that was just made has the number.
  private static Object ownUser(Path folder) throws IOException {
    Path mine = Files.createTempFile(folder, ".owner", "");
    try {
      return Files.getAttribute(mine, "unix:uid");
    } finally {
      Files.delete(mine);
    }
  }

  private static FileAttribute<?>[] only(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
