package io.shoal.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;

/// Checks what users are shown.
final class Messages {
  private Messages() {}

  /// The message of what is thrown at users is one line, and there is one.
  static void assertOneLine(Throwable fault) {
    String message = String.valueOf(fault.getMessage());
    assertFalse(message.isBlank() || message.equals("null"), fault + " says nothing");
    assertFalse(message.contains("\n"), message);
  }
}
