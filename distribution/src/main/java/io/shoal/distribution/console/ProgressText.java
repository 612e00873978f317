package io.shoal.distribution.console;

import io.shoal.runtime.command.ContentCommands.Progress;
import io.shoal.runtime.unit.Units;
import java.util.ArrayList;
import java.util.List;

/// How far something is, in words: as many as there is room for.
record ProgressText(Progress progress) {

  /// Beyond this the rate of the last seconds says nothing about the end.
  private static final long MAX_SECONDS_LEFT = 100 * 3600;

  /// All there is to say.
  ///
  /// @param bar goes behind the phase
  String whole(String bar) {
    return text(progress.phase() + bar, figures(true, true));
  }

  String withoutPeers() {
    return text(progress.phase(), figures(true, false));
  }

  /// For a narrow terminal: how much of it, how fast, how long.
  String shortest() {
    return text(progress.totalBytes() > 0 ? "" : progress.phase(), figures(false, false));
  }

  private String text(String beginning, String figures) {
    String reason = progress.message().isEmpty() ? "" : ": " + progress.message();
    return (beginning + " " + figures).strip() + Console.printable(reason);
  }

  private String figures(boolean done, boolean peers) {
    List<String> parts = new ArrayList<>();
    if (progress.totalBytes() > 0) {
      parts.add(
          "%d%%%s of %s"
              .formatted(
                  percent(progress),
                  done ? " " + Units.size(progress.doneBytes()) : "",
                  Units.size(progress.totalBytes())));
    } else if (progress.doneBytes() > 0) {
      parts.add(Units.size(progress.doneBytes()));
    }
    if (progress.bytesPerSecond() > 0) {
      parts.add(Units.rate(progress.bytesPerSecond()));
      long left = (progress.totalBytes() - progress.doneBytes()) / progress.bytesPerSecond();
      if (progress.totalBytes() > progress.doneBytes() && left < MAX_SECONDS_LEFT) {
        parts.add(time(left + 1) + " left");
      }
    }
    if (peers && progress.peers() > 0) {
      parts.add(progress.peers() + (progress.peers() == 1 ? " peer" : " peers"));
    }
    return String.join(", ", parts);
  }

  /// Of what grows while it is read more may be done than there was.
  static long percent(Progress progress) {
    return Math.min(100, 100 * progress.doneBytes() / progress.totalBytes());
  }

  private static String time(long seconds) {
    return seconds < 60 ? seconds + " s" : Units.time(1000 * seconds);
  }
}
