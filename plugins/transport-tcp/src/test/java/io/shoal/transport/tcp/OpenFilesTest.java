package io.shoal.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OpenFilesTest {

  @Test
  void theLimitOfFilesIsRead() {
    String limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files  %s  4096  files\n";
    assertEquals(64, OpenFiles.parse(limits.formatted("64")));
    assertEquals(Long.MAX_VALUE, OpenFiles.parse(limits.formatted("unlimited")));
    assertEquals(Long.MAX_VALUE, OpenFiles.parse(""));
  }
}
