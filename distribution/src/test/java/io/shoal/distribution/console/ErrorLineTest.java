package io.shoal.distribution.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class ErrorLineTest {
  @Test
  void aReadOnlyMediumIsNamedAsTheCause() {
    assertEquals(
        "shoal: /x/y: its medium is read-only: give a path on another",
        ErrorLine.of(new FileSystemException("/x/y", null, "Read-only file system")));
  }
}
