package io.shoal.runtime;

import java.nio.file.Path;
import java.time.Duration;

/// The bodies of requests to the control API that [NodeCommands] has no record for.
final class ControlRequests {

  private ControlRequests() {}

  /// @param timeoutMillis the time allowed
  record ReferenceWithin(Reference reference, long timeoutMillis) {

    Duration timeout() {
      return Duration.ofMillis(timeoutMillis);
    }
  }

  record OfFolder(Path folder) {}

  record OfReference(Reference reference) {}

  record Verify(boolean repair) {}

  record Nothing() {}
}
