package io.shoal.distribution.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/// The option of commands that search for names.
final class NamePatience {

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "how long to search for each name (default: ${DEFAULT-VALUE})",
      defaultValue = "60s")
  Duration timeout = Duration.ofSeconds(60);
}
