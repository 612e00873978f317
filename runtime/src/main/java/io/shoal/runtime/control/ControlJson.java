package io.shoal.runtime.control;

import io.shoal.api.PeerAddress;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.json.Json;
import io.shoal.runtime.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;

/// The control API's JSON: references, addresses and paths as a user types them, durations in ISO
/// 8601, all else as [Json] has it.
final class ControlJson {

  private static final Duration LONGEST = Duration.ofDays(36_500);

  /// Blanks around a null, generously.
  private static final int MAX_NOTHING_BYTES = 1024;

  private static final Json JSON =
      new Json(
          new Json.TextType<>(Reference.class, Reference::text, Reference::parse),
          new Json.TextType<>(PeerAddress.class, PeerAddress::toString, PeerAddress::parse),
          new Json.TextType<>(Path.class, Path::toString, Path::of),
          new Json.TextType<>(Duration.class, Duration::toString, ControlJson::duration));

  private ControlJson() {}

  private static Duration duration(String text) {
    Duration duration;
    try {
      duration = Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("not a duration such as PT1M30S: '" + text + "'", e);
    }
    if (duration.isNegative()) {
      throw new IllegalArgumentException("a duration is not negative: '" + text + "'");
    }
    return bounded(duration);
  }

  /// At most a century, which is for ever: so it can be counted in nanoseconds.
  static Duration bounded(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
  }

  /// Whether a body says nothing: it is absent, blank or null.
  static boolean isNothing(byte[] json) {
    if (json.length > MAX_NOTHING_BYTES) {
      return false;
    }
    String text = new String(json, StandardCharsets.UTF_8).strip();
    return text.isEmpty() || text.equals("null");
  }

  static byte[] write(Object value) {
    return JSON.write(value).getBytes(StandardCharsets.UTF_8);
  }

  /// @throws JsonException it is not the JSON of such a request
  static <T> T request(byte[] json, Class<T> type) {
    return JSON.read(json, type, Json.Reading.REQUEST);
  }

  /// @throws JsonException it is not the JSON of such an answer
  static <T> T answer(byte[] json, Class<T> type) {
    return JSON.read(json, type, Json.Reading.ANSWER);
  }

  /// @throws JsonException it is not a JSON array of such answers
  static <T> List<T> answers(byte[] json, Class<T> type) {
    return JSON.readList(json, type, Json.Reading.ANSWER);
  }
}
