package io.shoal.distribution.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  /// Clears a screen, sets a title with C1, turns the direction, and begins a line of its own.
  private static final String HOSTILE = "a\u001b[2J\u009b0;t\u0007\u202eb\u2066c\u2028d\r\ne";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console = new Console(out, err, false);

  record Named(String name) {}

  private static String text(ByteArrayOutputStream written) {
    return written.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  @Test
  void nothingThatSteersATerminalIsPrinted() {
    console.result(HOSTILE);
    console.note(HOSTILE);
    console.table(List.of(List.of(HOSTILE)));
    String safe = "a?[2J?0;t??b?c?d??e";
    assertEquals(safe + System.lineSeparator() + safe, text(out));
    assertEquals(safe, text(err));
  }

  @Test
  void jsonKeepsWhatItCannotShow() {
    console.json(new Named("\u009b\u202e漢\udb40\udc01"));
    assertEquals("{\"name\":\"\\u009b\\u202e漢\\udb40\\udc01\"}", text(out));
  }

  @Test
  void joinersAndOtherScriptsArePrinted() {
    String names = "👩\u200d👧 می\u200cخواهم 漢字 Grüße";
    console.result(names);
    assertEquals(names, text(out));
  }

  @Test
  void columnsLineUpByWhatATerminalShows() {
    console.table(List.of(List.of("漢字", "1"), List.of("e\u0301", "2"), List.of("abcd", "3")));
    assertEquals(
        String.join(System.lineSeparator(), "漢字  1", "e\u0301     2", "abcd  3"), text(out));
  }
}
