package io.shoal.runtime;

import io.shoal.api.Cid;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// The bodies of requests to the control API that [NodeCommands] has no record for.
///
/// Those of small commands are written by hand: starting to write by reflection takes longer than
/// all the rest of such a command.
final class ControlRequests {

  private ControlRequests() {}

  /// @param timeoutMillis the time allowed
  record ReferenceWithin(Reference reference, long timeoutMillis) {

    Duration timeout() {
      return Duration.ofMillis(timeoutMillis);
    }

    byte[] json() {
      return bytes(
          "{\"reference\":\"" + text(reference) + "\",\"timeoutMillis\":" + timeoutMillis + "}");
    }
  }

  record OfFolder(Path folder) {}

  record OfReference(Reference reference) {

    byte[] json() {
      return bytes("{\"reference\":\"" + text(reference) + "\"}");
    }
  }

  record Share(Reference reference, NodeCommands.Sharing sharing) {}

  record Name(String name, long timeoutMillis) {}

  record KeyFile(Path file) {}

  record Within(long timeoutMillis) {}

  record Nothing() {

    byte[] json() {
      return bytes("{}");
    }
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /// What [Reference#parse] reads as this reference. Has no character that JSON escapes: ids are
  /// letters and digits, names percent-encoded.
  static String text(Reference reference) {
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
