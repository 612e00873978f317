package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/// Where results, progress and notes of a command go.
public final class Console {

  /// A table of many rows is written in pieces of this size; single results at once.
  private static final int BUFFER_BYTES = 64 * 1024;

  /// Java reports it in the words of the C library alone.
  private static final String READER_GONE = "Broken pipe";

  private final ResultStream results;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final IntSupplier columns;
  private final Json json = new Json();

  /// @param out for results alone
  /// @param err for everything else
  /// @param terminal whether `err` is a terminal
  public Console(OutputStream out, OutputStream err, boolean terminal) {
    this(out, err, terminal, new TerminalWidth());
  }

  /// @param out for results alone
  /// @param err for everything else
  /// @param terminal whether `err` is a terminal
  /// @param columns how wide that terminal is now
  Console(OutputStream out, OutputStream err, boolean terminal, IntSupplier columns) {
    this.results = new ResultStream(out);
    // UTF-8 whatever the locale says: names in results are read by programs too.
    this.out =
        new PrintStream(
            new BufferedOutputStream(results, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    this.terminal = terminal;
    this.columns = columns;
  }

  /// Names and texts come from strangers: characters that steer a terminal, change the direction of
  /// a line or begin another one are not printed.
  public static String printable(String text) {
    return SafeText.printable(text);
  }

  /// @throws LostResultException it could not be written, like all the following
  public void result(String line) {
    out.println(printable(line));
    deliver();
  }

  /// One line of JSON, by the names of a record's components.
  ///
  /// @throws LostResultException it could not be written, like all the following
  public void json(Object value) {
    out.println(SafeText.json(json.write(value)));
    deliver();
  }

  private void deliver() {
    out.flush();
    Optional<IOException> failure = results.failure();
    if (failure.isPresent()) {
      throw new LostResultException(failure.get());
    }
  }

  /// Whether results can be written no more.
  public boolean lostResults() {
    return results.failure().isPresent();
  }

  /// Whether that is because their reader has enough of them.
  public boolean readerGone() {
    return results.failure().map(Console::reason).orElse("").contains(READER_GONE);
  }

  private static String reason(IOException failure) {
    return String.valueOf(failure.getMessage());
  }

  /// Writes what is left of the results, and reports if any of them was not written.
  ///
  /// @param code the exit code of the command but for that
  /// @return its exit code
  public int end(int code) {
    out.flush();
    Optional<IOException> failure = results.failure();
    if (failure.isEmpty()) {
      return code;
    }
    if (readerGone()) {
      return ExitCode.READER_GONE;
    }
    note(
        "shoal: standard output: %s: the results were not written; send them elsewhere"
            .formatted(reason(failure.get())));
    return ExitCode.FAILED;
  }

  public void note(String line) {
    err.println(printable(line));
  }

  /// Reports a failure, with `--json` as an object: programs read it too.
  ///
  /// @param line as people read it, from [ErrorLine]
  public void failure(String line, int code, boolean asJson) {
    note(asJson ? json.write(new Failure(line.replaceFirst("^shoal: ", ""), code)) : line);
  }

  /// @param error one line: the thing, the cause, the cure
  /// @param exitCode of the command, if nothing else fails
  private record Failure(String error, int exitCode) {}

  public PrintStream out() {
    return out;
  }

  /// Where a command writes bytes that are not text.
  public OutputStream raw() {
    return results;
  }

  public PrintStream err() {
    return err;
  }

  /// A display of progress, to be closed when the command is done.
  public ProgressDisplay progress(boolean wanted) {
    if (!wanted) {
      return ProgressDisplay.silent();
    }
    return terminal ? ProgressDisplay.bar(err, columns) : ProgressDisplay.lines(err);
  }

  /// Prints rows in aligned columns.
  public void table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], SafeText.columns(printable(row.get(i))));
      }
    }
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String cell = printable(row.get(i));
        line.append(cell).repeat(' ', widths[i] - SafeText.columns(cell) + 2);
      }
      out.println(line.toString().stripTrailing());
    }
    deliver();
  }

  /// A display of progress that ends with its command.
  public interface ProgressDisplay extends ProgressListener, AutoCloseable {

    static ProgressDisplay silent() {
      return new ProgressDisplay() {
        @Override
        public void progress(Progress progress) {}

        @Override
        public void close() {}
      };
    }

    static ProgressDisplay bar(PrintStream err, IntSupplier columns) {
      return new ProgressBar(err, columns);
    }

    static ProgressDisplay lines(PrintStream err) {
      return new ProgressLines(err);
    }

    @Override
    void close();
  }
}
