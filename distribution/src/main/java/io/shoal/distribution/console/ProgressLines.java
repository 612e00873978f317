package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import java.io.PrintStream;

/// Progress without a terminal: a line when the phase or the reason of a wait changes, and one for
/// each tenth of the way.
final class ProgressLines implements Console.ProgressDisplay {

  private static final int PERCENT_A_LINE = 10;

  private final PrintStream err;
  private String last = "";

  ProgressLines(PrintStream err) {
    this.err = err;
  }

  @Override
  public synchronized void progress(Progress progress) {
    long tenth = progress.totalBytes() > 0 ? ProgressText.percent(progress) / PERCENT_A_LINE : -1;
    // A message in which only numbers changed is not worth a line.
    String now = progress.phase() + " " + tenth + " " + progress.message().replaceAll("\\d+", "");
    if (!now.equals(last)) {
      last = now;
      err.println(new ProgressText(progress).whole(""));
    }
  }

  @Override
  public void close() {}
}
