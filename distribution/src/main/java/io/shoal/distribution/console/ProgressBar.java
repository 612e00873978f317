package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import java.io.PrintStream;
import java.util.List;
import java.util.function.IntSupplier;

/// Progress on a terminal: one line that is written over. A line that is wider than the terminal
/// would wrap, and then could not be written over: where it does not fit, it says less.
final class ProgressBar implements Console.ProgressDisplay {

  private static final int BAR_CHARS = 24;

  /// Narrower ones are not what a user looks at, and some programs say 1 for not known.
  private static final int MIN_COLUMNS = 20;

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream err;
  private final IntSupplier columns;
  private String drawn = "";

  /// @param columns how wide the terminal is now
  ProgressBar(PrintStream err, IntSupplier columns) {
    this.err = err;
    this.columns = columns;
  }

  @Override
  public synchronized void progress(Progress progress) {
    String line = line(progress, columns.getAsInt());
    if (!line.equals(drawn)) {
      err.print(CLEAR_LINE + line);
      err.flush();
      drawn = line;
    }
  }

  /// The most that fits. Terminals move on to the next line when the last column is written.
  static String line(Progress progress, int columns) {
    int most = Math.max(MIN_COLUMNS, columns) - 1;
    var text = new ProgressText(progress);
    String line = "";
    for (String form :
        List.of(text.whole(bar(progress)), text.whole(""), text.withoutPeers(), text.shortest())) {
      line = form;
      if (line.length() <= most) {
        return line;
      }
    }
    return line.substring(0, most - 1) + "…";
  }

  private static String bar(Progress progress) {
    if (progress.totalBytes() <= 0) {
      return "";
    }
    int full = (int) Math.min(BAR_CHARS, BAR_CHARS * progress.doneBytes() / progress.totalBytes());
    return " [" + "=".repeat(full) + " ".repeat(BAR_CHARS - full) + "]";
  }

  @Override
  public synchronized void close() {
    if (!drawn.isEmpty()) {
      err.print(CLEAR_LINE);
      err.flush();
      drawn = "";
    }
  }
}
