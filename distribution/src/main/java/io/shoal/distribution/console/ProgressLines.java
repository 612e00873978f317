package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.unit.Units;
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
    long tenth = progress.totalBytes() > 0 ? percent(progress) / PERCENT_A_LINE : -1;
    // A message in which only numbers changed is not worth a line.
    String now = progress.phase() + " " + tenth + " " + progress.message().replaceAll("\\d+", "");
    if (!now.equals(last)) {
      last = now;
      err.println(text(progress, ""));
    }
  }

  /// The line that says how far something is.
  static String text(Progress progress, String bar) {
    var line = new StringBuilder(progress.phase()).append(bar);
    if (progress.totalBytes() > 0) {
      line.append(" %d%%".formatted(percent(progress)))
          .append(" " + Units.size(progress.doneBytes()))
          .append(" of " + Units.size(progress.totalBytes()));
    } else if (progress.doneBytes() > 0) {
      line.append(" " + Units.size(progress.doneBytes()));
    }
    if (progress.bytesPerSecond() > 0) {
      line.append(", " + Units.rate(progress.bytesPerSecond()));
    }
    if (progress.peers() > 0) {
      line.append(", " + progress.peers() + (progress.peers() == 1 ? " peer" : " peers"));
    }
    if (!progress.message().isEmpty()) {
      line.append(": " + progress.message());
    }
    return line.toString();
  }

  /// Of what grows while it is read more may be done than there was.
  private static long percent(Progress progress) {
    return Math.min(100, 100 * progress.doneBytes() / progress.totalBytes());
  }

  @Override
  public void close() {}
}
