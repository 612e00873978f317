package io.shoal.distribution.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsoleTest {
  /// Clears a screen, sets a title with C1, turns the direction, and begins a line of its own.
  private static final String HOSTILE = "a\u001b[2J\u009b0;t\u0007\u202eb\u2066c\u2028d\r\ne";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Console console(OutputStream results) {
    return new Console(results, err, false);
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void resultsThatWereWrittenChangeNoExitCode() {
    Console console = console(out);
    console.result("one");
    console.json(Map.of("two", 2));
    console.table(List.of(List.of("a", "b"), List.of("long", "c")));
    console.out().print("last");

    assertEquals(0, console.end(0));
    assertEquals(3, console.end(3));
    assertEquals("one\n{\"two\":2}\na     b\nlong  c\nlast", out.toString(StandardCharsets.UTF_8));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aResultThatIsLostEndsTheCommandWithOneLine() {
    Console console = console(failing("No space left on device"));

    assertThrows(LostResultException.class, () -> console.result("one"));
    assertThrows(LostResultException.class, () -> console.json(Map.of()));
    assertThrows(LostResultException.class, () -> console.table(List.of()));

    assertTrue(console.lostResults());
    assertEquals(1, console.end(0));
    assertEquals(
        "shoal: standard output: No space left on device: the results were not written;"
            + " send them elsewhere\n",
        err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void bytesAndTextThatAreLostAreNoticedAtTheEnd() {
    Console bytes = console(failing("Bad file descriptor"));
    assertThrows(IOException.class, () -> bytes.raw().write(new byte[10]));
    assertEquals(1, bytes.end(0));

    Console text = console(failing("Bad file descriptor"));
    text.out().println("help");
    assertEquals(1, text.end(0));
  }

  @Test
  void aReaderThatHasEnoughIsNoNews() {
    Console console = console(failing("Broken pipe"));

    assertThrows(LostResultException.class, () -> console.result("one"));

    assertEquals(141, console.end(0));
    assertEquals("", err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void anInterruptIsOneWhateverItHits() {
    for (Exception failure :
        List.of(
            new InterruptedException(),
            new ClosedByInterruptException(),
            new FileLockInterruptionException(),
            new InterruptedIOException("x"))) {
      assertEquals(130, ExitCode.of(failure), failure.toString());
      assertEquals("shoal: interrupted; what was done so far is kept", ErrorLine.of(failure));
    }
    assertEquals(1, ExitCode.of(new SocketTimeoutException("Connect timed out")));
    assertEquals(
        "shoal: Connect timed out", ErrorLine.of(new SocketTimeoutException("Connect timed out")));
  }

  @Test
  void noFailureIsReportedAsNull() {
    for (Exception failure :
        List.of(new IOException(), new ClosedChannelException(), new IOException(" "))) {
      String line = ErrorLine.of(failure);
      assertFalse(line.contains("null"), line);
      assertTrue(line.contains(failure.getClass().getSimpleName()), line);
    }
  }

  @Test
  void aLongTableIsWrittenInFewPieces() {
    var pieces = new int[1];
    Console console =
        console(
            new OutputStream() {
              @Override
              public void write(int b) {
                pieces[0]++;
              }

              @Override
              public void write(byte[] from, int offset, int count) {
                pieces[0]++;
              }
            });

    console.table(Collections.nCopies(1_000, List.of("a root", "a name")));

    assertEquals(1, pieces[0]);
  }

  record Named(String name) {}

  private static String text(ByteArrayOutputStream written) {
    return written.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  @Test
  void nothingThatSteersATerminalIsPrinted() {
    Console console = console(out);
    console.result(HOSTILE);
    console.note(HOSTILE);
    console.table(List.of(List.of(HOSTILE)));
    String safe = "a?[2J?0;t??b?c?d??e";
    assertEquals(safe + System.lineSeparator() + safe, text(out));
    assertEquals(safe, text(err));
  }

  @Test
  void jsonKeepsWhatItCannotShow() {
    Console console = console(out);
    console.json(new Named("\u009b\u202e漢\udb40\udc01"));
    assertEquals("{\"name\":\"\\u009b\\u202e漢\\udb40\\udc01\"}", text(out));
  }

  @Test
  void joinersAndOtherScriptsArePrinted() {
    Console console = console(out);
    String names = "👩\u200d👧 می\u200cخواهم 漢字 Grüße";
    console.result(names);
    assertEquals(names, text(out));
  }

  @Test
  void columnsLineUpByWhatATerminalShows() {
    Console console = console(out);
    console.table(List.of(List.of("漢字", "1"), List.of("e\u0301", "2"), List.of("abcd", "3")));
    assertEquals(
        String.join(System.lineSeparator(), "漢字  1", "e\u0301     2", "abcd  3"), text(out));
  }
}
