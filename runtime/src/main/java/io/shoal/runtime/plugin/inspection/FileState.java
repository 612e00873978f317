package io.shoal.runtime.plugin.inspection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// By which it is seen, without reading them, that files were changed: the size, time and number of
/// each. Of a folder all that is in it counts.
///
/// @param files by their path; empty if they cannot be looked at
record FileState(Map<Path, String> files) {

  /// As many as a plugin's folder may have.
  private static final int MAX_FILES = 10_000;

  FileState {
    files = Map.copyOf(files);
  }

  static FileState of(Path location) {
    Map<Path, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(location)) {
      for (Path file : all.limit(MAX_FILES).filter(Files::isRegularFile).toList()) {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        files.put(
            file,
            attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey());
      }
    } catch (IOException | UncheckedIOException e) {
      return new FileState(Map.of());
    }
    return new FileState(files);
  }
}
