package io.shoal.transport.tcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many files, sockets among them, the system lets this process have open.
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);

  /// Linux lists a process's limits here, after Java raised its own as far as it may.
  private static final Path LIMITS = Path.of("/proc/self/limits");

  private static final String LINE = "Max open files";

  private OpenFiles() {}

  /// The limit; the largest number where the system does not say, or sets none.
  static long limit() {
    try {
      return parse(Files.readString(LIMITS));
    } catch (IOException | NumberFormatException e) {
      LOG.debug("the system does not say how many files may be open: {}", e.toString());
      return Long.MAX_VALUE;
    }
  }

  static long parse(String limits) {
    for (String line : limits.lines().toList()) {
      if (line.startsWith(LINE)) {
        String soft = line.substring(LINE.length()).strip().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
      }
    }
    return Long.MAX_VALUE;
  }
}
