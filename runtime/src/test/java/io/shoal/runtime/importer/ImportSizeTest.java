package io.shoal.runtime.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportSizeTest {

  @TempDir Path folder;

  private Path file(String name, int sizeBytes) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    return Files.write(path, new byte[sizeBytes]);
  }

  private static long count(Path... paths) {
    try (var size = new ImportSize(List.of(paths))) {
      assertEquals(-1, size.bytes());
      size.count();
      return size.bytes();
    }
  }

  @Test
  void itCountsWhatTheImportReads() throws IOException {
    Path single = file("single", 1_000);
    file("tree/a", 20);
    file("tree/b/c", 300);
    Files.createSymbolicLink(folder.resolve("tree/link"), single);
    file("tree/node/identity.key", 5_000);
    file("tree/node/node.lock", 5_000);
    file("tree/node/plugins/chunk", 5_000);

    assertEquals(320, count(folder.resolve("tree")));
    assertEquals(1_320, count(single, folder.resolve("tree")));
    assertEquals(0, count(folder.resolve("tree/link")));
  }

  @Test
  void aPathThatIsNotThereLeavesItOpen() throws IOException {
    assertEquals(-1, count(file("a", 10), folder.resolve("missing")));
  }

  @Test
  void anImportThatEndedIsCountedNoFurther() throws IOException {
    file("tree/a", 20);
    var size = new ImportSize(List.of(folder.resolve("tree")));
    size.close();
    size.count();

    assertEquals(-1, size.bytes());
  }
}
