package io.shoal.runtime.control;

import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/// The bodies of requests to the control API that [NodeCommands] has no record for.
///
/// Those of small commands are written by hand: starting to write by reflection takes longer than
/// all the rest of such a command.
public final class ControlRequests {

  private ControlRequests() {}

  /// @param timeoutMillis the time allowed
  public record ReferenceWithin(Reference reference, long timeoutMillis) {

    Duration timeout() {
      return Duration.ofMillis(timeoutMillis);
    }

    public byte[] json() {
      return bytes(
          "{\"reference\":\"" + reference.text() + "\",\"timeoutMillis\":" + timeoutMillis + "}");
    }
  }

  public record OfFolder(Path folder) {}

  public record OfReference(Reference reference) {

    public byte[] json() {
      return bytes("{\"reference\":\"" + reference.text() + "\"}");
    }
  }

  public record Share(Reference reference, NodeCommands.Sharing sharing) {}

  public record Name(String name, long timeoutMillis) {}

  public record KeyFile(Path file) {}

  public record Within(long timeoutMillis) {}

  public record Nothing() {

    public byte[] json() {
      return bytes("{}");
    }
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
