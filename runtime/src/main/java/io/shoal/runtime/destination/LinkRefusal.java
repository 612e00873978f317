package io.shoal.runtime.destination;

import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Links through which a download's bytes would get out of its folder.
final class LinkRefusal {

  private LinkRefusal() {}

  /// Says so where the cause is a link, in the place of a file or on the way to it.
  ///
  /// @param folder up to which links are meant
  static void refuseLinks(Path folder, Path file, IOException cause) throws UserFaultException {
    for (Path at = file; at != null && !at.equals(folder); at = at.getParent()) {
      if (Files.isSymbolicLink(at)) {
        throw new UserFaultException(
            at + " is a symbolic link, and a download does not write through one: remove it",
            cause);
      }
    }
  }

  /// A second name of a file is a way out of the folder, as a link is.
  static void requireOneName(Path file) throws IOException, UserFaultException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("unix") && names(file) > 1) {
      throw new UserFaultException(
          file
              + " has other names (hard links), and a download would change the file under all of"
              + " them: remove it");
    }
  }

  private static int names(Path file) throws IOException {
    try {
      return (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
