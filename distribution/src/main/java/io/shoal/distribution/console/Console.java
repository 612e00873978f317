package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.json.Json;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Where results, progress and notes of a command go.
public final class Console {

  private final OutputStream raw;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private final Json json = new Json();

  /// @param out for results alone
  /// @param err for everything else
  /// @param terminal whether `err` is a terminal
  public Console(OutputStream out, OutputStream err, boolean terminal) {
    this.raw = out;
    // UTF-8 whatever the locale says: names in results are read by programs too.
    this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
    this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    this.terminal = terminal;
  }

  /// Names and texts come from strangers: characters that steer a terminal, change the direction of
  /// a line or begin another one are not printed.
  public static String printable(String text) {
    return SafeText.printable(text);
  }

  public void result(String line) {
    out.println(printable(line));
  }

  /// One line of JSON, by the names of a record's components.
  public void json(Object value) {
    out.println(SafeText.json(json.write(value)));
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
    return raw;
  }

  public PrintStream err() {
    return err;
  }

  /// A display of progress, to be closed when the command is done.
  public ProgressDisplay progress(boolean wanted) {
    if (!wanted) {
      return ProgressDisplay.silent();
    }
    return terminal ? ProgressDisplay.bar(err) : ProgressDisplay.lines(err);
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

    static ProgressDisplay bar(PrintStream err) {
      return new ProgressBar(err);
    }

    static ProgressDisplay lines(PrintStream err) {
      return new ProgressLines(err);
    }

    @Override
    void close();
  }
}
