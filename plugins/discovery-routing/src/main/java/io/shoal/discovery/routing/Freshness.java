package io.shoal.discovery.routing;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/// How long an answer may be used, by its `Cache-Control` (RFC 9111, RFC 5861) and `Age`.
///
/// @param fresh without asking again
/// @param ifError instead of an error, counted from the receipt of the answer
/// @param kept whether it may be kept at all
record Freshness(Duration fresh, Duration ifError, boolean kept) {
  /// Peers come and go: an older answer helps nobody, whatever its server says.
  static final Duration MAX_FRESH = Duration.ofHours(1);

  /// As long as the specification advises.
  static final Duration MAX_IF_ERROR = Duration.ofDays(2);

  /// @param control the header `Cache-Control`, empty if there is none: then an answer is asked for
  ///   again each time
  /// @param age the header `Age`, empty if there is none
  static Freshness of(String control, String age) {
    long fresh = 0;
    long ifError = 0;
    boolean kept = true;
    for (String part : control.toLowerCase(Locale.ROOT).split(",", -1)) {
      String directive = part.strip();
      switch (directive) {
        case "no-store" -> kept = false;
        case "no-cache" -> fresh = Long.MIN_VALUE;
        default -> {
          fresh = Math.max(fresh, seconds(directive, "max-age=").orElse(fresh));
          ifError = seconds(directive, "stale-if-error=").orElse(ifError);
        }
      }
      if (fresh == Long.MIN_VALUE) {
        fresh = 0;
        break;
      }
    }
    long left = fresh - seconds("age=" + age.strip(), "age=").orElse(0);
    return new Freshness(
        Duration.ofSeconds(Math.clamp(left, 0, MAX_FRESH.toSeconds())),
        Duration.ofSeconds(Math.clamp(Math.max(left, 0) + ifError, 0, MAX_IF_ERROR.toSeconds())),
        kept);
  }

  private static OptionalLong seconds(String directive, String name) {
    String digits =
        directive.startsWith(name) ? directive.substring(name.length()).replace("\"", "") : "";
    return digits.matches("[0-9]{1,12}")
        ? OptionalLong.of(Long.parseLong(digits))
        : OptionalLong.empty();
  }
}
