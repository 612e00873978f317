package io.shoal.runtime.destination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuggestedNameTest {
  @TempDir private Path folder;

  @Test
  void pathsAndCharactersThatAreNotSeenAreNoNames() {
    for (String name :
        List.of(
            "",
            ".",
            "..",
            "a/b",
            "/etc/passwd",
            "a\0b",
            "a\nb",
            "a\tb",
            "a\u001b[31m",
            "a\u0085",
            "a\u2028b",
            "gpj.\u202eexe",
            "a\u200bb",
            "\ud800",
            "a".repeat(256))) {
      assertFalse(SuggestedName.isSound(name), name);
    }
    for (String name : List.of("a b.txt", "größer", "漢字", "😀", ".hidden", "a".repeat(255))) {
      assertTrue(SuggestedName.isSound(name), name);
    }
  }

  @Test
  void noHiddenFileIsMadeAndNothingIsInItsWay() throws Exception {
    assertEquals(Optional.of(folder.resolve("_ssh")), SuggestedName.in(folder, ".ssh"));
    Path taken = Files.createFile(folder.resolve("taken"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));

    assertEquals(Optional.of(taken), SuggestedName.in(folder, "taken"));
    assertEquals(Optional.empty(), SuggestedName.freeIn(folder, "taken"));
    assertEquals(Optional.empty(), SuggestedName.freeIn(folder, "link"), link::toString);
    assertEquals(Optional.of(folder.resolve("free")), SuggestedName.freeIn(folder, "free"));
    Files.createFile(folder.resolve("coming.part"));
    assertEquals(Optional.empty(), SuggestedName.freeIn(folder, "coming"));
  }
}
