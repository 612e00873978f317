package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import java.io.PrintStream;

/// Progress on a terminal: one line that is written over.
final class ProgressBar implements Console.ProgressDisplay {

  private static final int BAR_CHARS = 24;

  /// A longer line would wrap, and then could not be written over.
  private static final int MAX_LINE_CHARS = 79;

  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintStream err;
  private boolean drawn;

  ProgressBar(PrintStream err) {
    this.err = err;
  }

  @Override
  public synchronized void progress(Progress progress) {
    String line = ProgressLines.text(progress, bar(progress));
    err.print(
        CLEAR_LINE
            + (line.length() > MAX_LINE_CHARS
                ? line.substring(0, MAX_LINE_CHARS - 1) + "…"
                : line));
    err.flush();
    drawn = true;
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
    if (drawn) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
