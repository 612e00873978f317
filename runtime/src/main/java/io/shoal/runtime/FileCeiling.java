package io.shoal.runtime;

import io.shoal.runtime.destination.PartFiles;
import io.shoal.runtime.download.Downloads;
import io.shoal.runtime.serving.NodeChunkServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How much a node may have open at once, so that it refuses a connection or a download in time
/// instead of failing in the middle of one for want of a file descriptor.
///
/// @param connections to peers, both ways
/// @param downloads that run at once
record FileCeiling(int connections, int downloads) {
  private static final Logger LOG = LoggerFactory.getLogger(FileCeiling.class);

  /// Jars, logs, the index, selectors, the sockets that listen, the control API: an idle node has
  /// about 60.
  static final int BASE_FILES = 128;

  /// Each upload reads one file.
  private static final int UPLOAD_FILES = NodeChunkServer.MAX_UPLOADS;

  /// However few files there are: with fewer connections a node is of no use.
  static final int MIN_CONNECTIONS = 8;

  /// Linux lists a process's limits here, after Java raised its own as far as it may.
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private static final String LINE = "Max open files";

  /// The ceiling for this process; the log says if it lowers what is configured.
  static FileCeiling of(NodeSettings.Limits limits) {
    long system = processLimit(LIMITS).orElse(Long.MAX_VALUE);
    FileCeiling ceiling = of(Math.min(limits.openFiles(), system), limits.connections());
    if (ceiling.connections() < limits.connections()) {
      LOG.warn(
          "limits.connections is {} instead of {}: of the {} files that {} there must be enough for"
              + " transfers; {}",
          ceiling.connections(),
          limits.connections(),
          Math.min(limits.openFiles(), system),
          limits.openFiles() < system ? "limits.openFiles allows" : "the system lets it open",
          limits.openFiles() < system ? "raise that" : "raise 'ulimit -n'");
    }
    return ceiling;
  }

  /// Half of what is left besides the rest and uploads may be connections; downloads share what
  /// they leave.
  static FileCeiling of(long openFiles, int wantedConnections) {
    long left = Math.max(0, openFiles - BASE_FILES - UPLOAD_FILES);
    long connections =
        Math.clamp(left / 2, MIN_CONNECTIONS, Math.max(MIN_CONNECTIONS, wantedConnections));
    int allowed = (int) Math.min(connections, wantedConnections);
    long downloads = (left - allowed) / PartFiles.MAX_OPEN;
    return new FileCeiling(allowed, Math.clamp(downloads, 1, Downloads.MAX_DOWNLOADS));
  }

  /// How many files a process may have open, by the text of its limits; empty where the system does
  /// not say or sets none.
  static OptionalLong processLimit(Path limits) {
    try {
      for (String line : Files.readAllLines(limits)) {
        if (line.startsWith(LINE)) {
          String soft = line.substring(LINE.length()).strip().split("\\s+", 2)[0];
          return soft.equals("unlimited")
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(soft));
        }
      }
    } catch (IOException | NumberFormatException e) {
      LOG.debug("the system does not say how many files may be open: {}", e.toString());
    }
    return OptionalLong.empty();
  }
}
