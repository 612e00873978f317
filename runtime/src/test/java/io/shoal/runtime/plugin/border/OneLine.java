package io.shoal.runtime.plugin.border;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A failure as users read it.
final class OneLine {
  private OneLine() {}

  static void assertNames(Exception fault, String... words) {
    assertNames(String.valueOf(fault.getMessage()), words);
  }

  static void assertNames(String line, String... words) {
    assertEquals(1, line.lines().count(), line);
    for (String word : words) {
      assertTrue(line.contains(word), line);
    }
  }
}
