package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Files and folders for tests.
final class Trees {

  private Trees() {}

  /// A file of bytes that look random and are the same for the same seed.
  static Path file(Path path, int sizeBytes, long seed) throws IOException {
    byte[] bytes = new byte[sizeBytes];
    new Random(seed).nextBytes(bytes);
    Files.createDirectories(path.toAbsolutePath().getParent());
    return Files.write(path, bytes);
  }

  /// A folder with what folders in the wild have: names of many scripts, empty files, empty
  /// folders, depth.
  static Path folder(Path root) throws IOException {
    file(root.resolve("plain.txt"), 1000, 1);
    file(root.resolve("empty"), 0, 2);
    file(root.resolve("Ünïcödé 日本語 🐟.bin"), 3_000_000, 3);
    file(root.resolve("with blank and 'quotes' & $signs"), 10, 4);
    Files.createDirectories(root.resolve("an empty folder"));
    Path deep = root;
    for (int i = 0; i < 25; i++) {
      deep = deep.resolve("level-" + i + "-" + "x".repeat(20));
    }
    file(deep.resolve("bottom"), 5000, 5);
    for (int i = 0; i < 120; i++) {
      file(root.resolve("many/file-" + i), 100 + i, 100 + i);
    }
    return root;
  }

  /// Holds that two files or folders are the same, as `diff -r` does.
  static void assertSame(Path expected, Path actual) throws IOException {
    assertEquals(listing(expected), listing(actual));
    try (var files = Files.walk(expected)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path other = actual.resolve(expected.relativize(file).toString());
        assertEquals(
            -1, Files.mismatch(file, file.equals(expected) ? actual : other), file::toString);
      }
    }
  }

  private static Map<String, Boolean> listing(Path root) throws IOException {
    Map<String, Boolean> names = new TreeMap<>();
    try (var files = Files.walk(root)) {
      files.forEach(file -> names.put(root.relativize(file).toString(), Files.isDirectory(file)));
    }
    return names;
  }
}
