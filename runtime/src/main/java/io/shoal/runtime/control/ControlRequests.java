package io.shoal.runtime.control;

import io.shoal.api.PeerAddress;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The bodies of requests to the control API that [NodeCommands] has no record for.
public final class ControlRequests {

  private ControlRequests() {}

  private static void check(long timeoutMillis) {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException("timeoutMillis is negative");
    }
  }

  /// @param timeoutMillis the time allowed
  public record ReferenceWithin(Reference reference, long timeoutMillis) {

    public ReferenceWithin {
      check(timeoutMillis);
    }

    Duration timeout() {
      return ControlJson.bounded(Duration.ofMillis(timeoutMillis));
    }
  }

  /// @param peers addresses to use instead of discovery, if not empty
  /// @param timeoutMillis the longest time without a verified byte
  public record Cat(Reference reference, List<PeerAddress> peers, long timeoutMillis) {

    public Cat {
      check(timeoutMillis);
    }

    Duration timeout() {
      return ControlJson.bounded(Duration.ofMillis(timeoutMillis));
    }
  }

  public record OfFolder(Path folder) {}

  public record OfReference(Reference reference) {}

  public record Share(Reference reference, StoreCommands.Sharing sharing) {}

  public record Name(String name, long timeoutMillis) {

    public Name {
      check(timeoutMillis);
    }

    Duration timeout() {
      return ControlJson.bounded(Duration.ofMillis(timeoutMillis));
    }
  }

  public record KeyFile(Path file) {}

  public record Within(long timeoutMillis) {

    public Within {
      check(timeoutMillis);
    }

    Duration timeout() {
      return ControlJson.bounded(Duration.ofMillis(timeoutMillis));
    }
  }

  public record Nothing() {}
}
