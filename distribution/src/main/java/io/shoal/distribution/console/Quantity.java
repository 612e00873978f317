package io.shoal.distribution.console;

import io.shoal.api.InvalidInputException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes, rates and times as users write and read them. `MB` is 1,000,000 bytes, `MiB` is
/// 1,048,576.
public final class Quantity {

  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s*([a-zA-Z]*)");

  private static final Map<String, Long> BYTES =
      Map.of(
          "",
          1L,
          "b",
          1L,
          "kb",
          1_000L,
          "mb",
          1_000_000L,
          "gb",
          1_000_000_000L,
          "tb",
          1_000_000_000_000L,
          "kib",
          1L << 10,
          "mib",
          1L << 20,
          "gib",
          1L << 30,
          "tib",
          1L << 40);

  private static final Map<String, Long> MILLIS =
      Map.of(
          "ms", 1L, "s", 1_000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Quantity() {}

  /// Reads `100MB`, `1MiB`, `4096`.
  public static long bytes(String text) throws InvalidInputException {
    return parse(text, BYTES, "a size, such as 512KiB or 100MB");
  }

  /// Reads `30s`, `5m`, `500ms`.
  public static Duration time(String text) throws InvalidInputException {
    return Duration.ofMillis(parse(text, MILLIS, "a time, such as 30s or 5m"));
  }

  private static long parse(String text, Map<String, Long> units, String expected)
      throws InvalidInputException {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
    Long unit = matcher.matches() ? units.get(matcher.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new InvalidInputException("'" + text + "' is not " + expected);
    }
    double value = Double.parseDouble(matcher.group(1)) * unit;
    if (value > Long.MAX_VALUE / 2.0) {
      throw new InvalidInputException("'" + text + "' is too large");
    }
    return Math.round(value);
  }

  /// Writes `1.5 MB`; `?` for a negative size, which is one that is not known.
  public static String ofBytes(long bytes) {
    if (bytes < 0) {
      return "?";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    String form = unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s";
    return form.formatted(value, UNITS[unit]);
  }

  /// Writes `1.5 MB/s`.
  public static String ofRate(long bytesPerSecond) {
    return ofBytes(bytesPerSecond) + "/s";
  }

  /// Writes `0.4 s`, `2 min 5 s`, `3 h 2 min`.
  public static String ofMillis(long millis) {
    if (millis < 60_000) {
      return "%.1f s".formatted(millis / 1000.0);
    }
    long seconds = millis / 1000;
    return seconds < 3600
        ? "%d min %d s".formatted(seconds / 60, seconds % 60)
        : "%d h %d min".formatted(seconds / 3600, seconds / 60 % 60);
  }
}
