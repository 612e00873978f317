package io.shoal.distribution.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.runtime.command.ContentCommands.Progress;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final Progress HALF =
      new Progress("downloading", 150_000_000, 300_000_000, 8_000_000, 12, "");

  private static final Progress WAITING =
      new Progress(
          "downloading",
          1_000_000,
          300_000_000,
          0,
          2,
          "looking for peers since 12 s (tcps://192.0.2.1:4600: refused: start a node there)");

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private String shown() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Console console(boolean terminal, int columns) {
    return new Console(OutputStream.nullOutputStream(), err, terminal, () -> columns);
  }

  @Test
  void aLineNeverReachesTheEdgeOfTheTerminal() {
    for (Progress progress :
        List.of(
            HALF,
            WAITING,
            new Progress("importing", 5, -1, 0, 0, ""),
            new Progress("folder", 0, -1, 0, 0, WAITING.message()),
            new Progress("checking", 1L << 50, 1L << 53, 1 << 20, 0, ""))) {
      for (int columns = 20; columns < 300; columns++) {
        String line = ProgressBar.line(progress, columns);
        assertTrue(line.length() < columns, columns + ": " + line);
      }
    }
  }

  @Test
  void totalRateAndTimeLeftAreThereOnNarrowTerminals() {
    assertEquals(
        "downloading [============            ] 50% 150 MB of 300 MB, 8.0 MB/s, 19 s left,"
            + " 12 peers",
        ProgressBar.line(HALF, 120));
    assertEquals(
        "downloading 50% 150 MB of 300 MB, 8.0 MB/s, 19 s left, 12 peers",
        ProgressBar.line(HALF, 80));
    assertEquals("50% of 300 MB, 8.0 MB/s, 19 s left", ProgressBar.line(HALF, 40));
  }

  @Test
  void theCureIsNotCutOffWhereThereIsRoom() {
    assertTrue(ProgressBar.line(WAITING, 200).endsWith("refused: start a node there)"));
    assertTrue(ProgressBar.line(WAITING, 60).endsWith("…"));
  }

  @Test
  void aTerminalHasOneLineThatIsWrittenOver() {
    try (var progress = console(true, 40).progress(true)) {
      progress.progress(HALF);
      progress.progress(WAITING);
    }

    assertFalse(shown().contains("\n"));
    assertTrue(shown().endsWith("\r\u001b[K"));
  }

  @Test
  void withoutATerminalThereArePlainLines() {
    try (var progress = console(false, 40).progress(true)) {
      for (int percent = 0; percent <= 100; percent++) {
        progress.progress(
            new Progress("checking", percent * 1_000_000L, 100_000_000, 5_000_000, 0, ""));
      }
    }

    List<String> lines = shown().lines().toList();
    assertEquals(11, lines.size(), shown());
    assertEquals("checking 10% 10.0 MB of 100 MB, 5.0 MB/s, 19 s left", lines.get(1));
    assertEquals("checking 100% 100 MB of 100 MB, 5.0 MB/s", lines.getLast());
    assertTrue(shown().chars().allMatch(c -> c == '\n' || c >= ' '));
  }

  @Test
  void longTimesAreInLongerUnitsAndEndlessOnesAreNotGiven() {
    assertEquals(
        "checking 50% 1.0 TB of 2.0 TB, 100 MB/s, 2 h 46 min left",
        ProgressBar.line(
            new Progress("checking", 1_000_000_000_000L, 2_000_000_000_000L, 100_000_000, 0, ""),
            70));
    assertEquals(
        "checking 50% 1.0 TB of 2.0 TB, 10 B/s",
        ProgressBar.line(
            new Progress("checking", 1_000_000_000_000L, 2_000_000_000_000L, 10, 0, ""), 60));
  }
}
