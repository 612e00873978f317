package io.shoal.runtime.control;

import io.shoal.api.Cid;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.Reference;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

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
          "{\"reference\":\"" + text(reference) + "\",\"timeoutMillis\":" + timeoutMillis + "}");
    }
  }

  public record OfFolder(Path folder) {}

  public record OfReference(Reference reference) {

    public byte[] json() {
      return bytes("{\"reference\":\"" + text(reference) + "\"}");
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

  /// What [Reference#parse] reads as this reference. Has no character that JSON escapes: ids are
  /// letters and digits, names percent-encoded.
  public static String text(Reference reference) {
    return switch (reference) {
      case Reference.Content(Cid root, Optional<String> name) ->
          name.map(n -> "shoal:" + root + "?name=" + encoded(n)).orElseGet(root::toString);
      case Reference.WholeDigest(String hex) -> "sha256:" + hex;
      case Reference.SignedName(Cid key, String name) -> "shoal:k/" + key + "/" + encoded(name);
    };
  }

  private static String encoded(String name) {
    // URLEncoder is for forms, which write a blank as a plus.
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
