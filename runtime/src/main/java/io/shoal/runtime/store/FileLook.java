package io.shoal.runtime.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/// How a file looks from outside: with the same look it has the same bytes, as far as the system
/// can tell.
///
/// @param changed when its content, names or rights changed, where the system knows
/// @param key names it in its file system, where that has such names
public record FileLook(
    boolean regular,
    long sizeBytes,
    FileTime modified,
    Optional<Object> changed,
    Optional<Object> key) {

  /// @throws java.nio.file.NoSuchFileException nothing is there
  public static FileLook at(Path file) throws IOException {
    BasicFileAttributes found =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    Optional<Object> changed =
        file.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? Optional.of(Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS))
            : Optional.empty();
    return new FileLook(
        found.isRegularFile(),
        found.size(),
        found.lastModifiedTime(),
        changed,
        Optional.ofNullable(found.fileKey()));
  }
}
