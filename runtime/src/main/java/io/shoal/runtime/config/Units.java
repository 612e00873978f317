package io.shoal.runtime.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes, rates and times as a user writes them.
public final class Units {

  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?) ?([A-Za-z]{0,3})(/s)?");

  private static final Map<String, Long> BYTES =
      Map.ofEntries(
          Map.entry("", 1L),
          Map.entry("b", 1L),
          Map.entry("kb", 1_000L),
          Map.entry("mb", 1_000_000L),
          Map.entry("gb", 1_000_000_000L),
          Map.entry("tb", 1_000_000_000_000L),
          Map.entry("kib", 1L << 10),
          Map.entry("mib", 1L << 20),
          Map.entry("gib", 1L << 30),
          Map.entry("tib", 1L << 40));

  private static final Map<String, Long> NANOS =
      Map.of(
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  private Units() {}

  /// A size in bytes: `256KiB`, `1.5GB`, `4096`; `unlimited` is [Long#MAX_VALUE]. Empty if the text
  /// is none.
  public static Optional<Long> sizeBytes(String text) {
    return text.equalsIgnoreCase("unlimited")
        ? Optional.of(Long.MAX_VALUE)
        : scaled(text, BYTES, false);
  }

  /// A rate in bytes a second, written as a size with or without `/s`. Empty if the text is none.
  static Optional<Long> bytesPerSecond(String text) {
    return text.equalsIgnoreCase("unlimited")
        ? Optional.of(Long.MAX_VALUE)
        : scaled(text, BYTES, true);
  }

  /// A time: `250ms`, `30s`, `15m`, `2h`, `7d`. A bare number is none: nobody agrees on its unit.
  public static Optional<Duration> duration(String text) {
    return scaled(text, NANOS, false).map(Duration::ofNanos);
  }

  private static Optional<Long> scaled(String text, Map<String, Long> units, boolean rate) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text);
    if (!parts.matches() || (parts.group(3) != null && !rate)) {
      return Optional.empty();
    }
    Long scale = units.get(parts.group(2).toLowerCase(Locale.ROOT));
    if (scale == null) {
      return Optional.empty();
    }
    BigDecimal value = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(scale));
    return value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
        ? Optional.empty()
        : Optional.of(value.longValue());
  }

  /// The shortest text that [#sizeBytes] reads back as `bytes`.
  public static String size(long bytes) {
    if (bytes == Long.MAX_VALUE) {
      return "unlimited";
    }
    String[] names = {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "KB"};
    for (String name : names) {
      long scale = BYTES.getOrDefault(name.toLowerCase(Locale.ROOT), 1L);
      if (bytes >= scale && bytes % scale == 0) {
        return bytes / scale + name;
      }
    }
    return Long.toString(bytes);
  }

  /// The shortest text that [#duration] reads back as `time`.
  public static String time(Duration time) {
    String[] names = {"d", "h", "m", "s"};
    for (String name : names) {
      long scale = NANOS.getOrDefault(name, 1L);
      if (time.toNanos() >= scale && time.toNanos() % scale == 0) {
        return time.toNanos() / scale + name;
      }
    }
    return time.toMillis() + "ms";
  }
}
