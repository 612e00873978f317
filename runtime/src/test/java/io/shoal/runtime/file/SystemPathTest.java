package io.shoal.runtime.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemPathTest {

  @TempDir private Path temp;
  private Path root;
  private Path here;

  @BeforeEach
  void makeLink() throws IOException {
    root = temp.toRealPath();
    Files.createDirectories(root.resolve("real/inner"));
    here = Files.createDirectory(root.resolve("here"));
    Files.createSymbolicLink(here.resolve("link"), Path.of("../real/inner"));
  }

  @Test
  void theFolderAboveALinkIsTheOneAboveWhereItLeads() {
    assertEquals(root.resolve("real/f"), SystemPath.of(here.resolve("link/../f")));
    assertEquals(root.resolve("real"), SystemPath.of(here.resolve("link/..")));
    assertEquals(root, SystemPath.of(here.resolve("link/./../..")));
  }

  @Test
  void otherLinksAndNamesStay() {
    assertEquals(here.resolve("link/new"), SystemPath.of(here.resolve("./link/new")));
    assertEquals(root.resolve("real/f"), SystemPath.of(here.resolve("../real/f")));
    assertEquals(root.getRoot(), SystemPath.of(root.getRoot().resolve("..")));
  }

  @Test
  void aPathThatLeadsNowhereIsLeftToTheSystem() {
    Path lost = here.resolve("missing/../f");
    assertEquals(lost, SystemPath.of(lost));
  }
}
