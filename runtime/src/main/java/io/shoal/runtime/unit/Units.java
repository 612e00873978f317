package io.shoal.runtime.unit;

import io.shoal.api.InvalidInputException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads and writes sizes, rates and times, in the configuration, on the command line and in
/// messages alike. `kB` is 1,000 bytes and `KiB` 1,024; case does not matter, nor does a blank
/// before the unit.
///
/// A text that is not a quantity is an empty [Optional] where the caller has a message of its own,
/// and an [InvalidInputException] that says what was expected where it has none (`require…`).
public final class Units {

  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("(\\d{1,18})(\\.\\d{1,9})?\\s*([A-Za-z]{0,3})(/s)?");

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
          "min", 60_000_000_000L,
          "h", 3_600_000_000_000L,
          "d", 86_400_000_000_000L);

  /// From large to small, so that the first that divides a size is the shortest text.
  private static final String[] EXACT_SIZES = {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "kB"};

  private static final String[] EXACT_TIMES = {"d", "h", "min", "s"};

  private static final String[] ROUNDED_SIZES = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Units() {}

  /// A size in bytes: `256KiB`, `1.5GB`, `4096`; `unlimited` is [Long#MAX_VALUE].
  public static Optional<Long> sizeBytes(String text) {
    return bytes(text, false);
  }

  /// A rate in bytes a second: a size, with or without `/s`.
  public static Optional<Long> bytesPerSecond(String text) {
    return bytes(text, true);
  }

  /// A time: `250ms`, `30s`, `15m` or `15min`, `2h`, `7d`. A bare number is not one: its unit would
  /// be a guess.
  public static Optional<Duration> duration(String text) {
    return scaled(text, NANOS, false).map(Duration::ofNanos);
  }

  public static long requireSizeBytes(String text) throws InvalidInputException {
    return required(sizeBytes(text), text, "a size, such as 512KiB or 100MB");
  }

  public static long requireBytesPerSecond(String text) throws InvalidInputException {
    return required(bytesPerSecond(text), text, "bytes a second, such as 512KiB or 25MB");
  }

  public static Duration requireDuration(String text) throws InvalidInputException {
    return required(duration(text), text, "a time, such as 30s or 5m");
  }

  private static <T> T required(Optional<T> value, String text, String expected)
      throws InvalidInputException {
    return value.orElseThrow(() -> new InvalidInputException("'" + text + "' is not " + expected));
  }

  private static Optional<Long> bytes(String text, boolean rate) {
    return text.strip().equalsIgnoreCase("unlimited")
        ? Optional.of(Long.MAX_VALUE)
        : scaled(text, BYTES, rate);
  }

  private static Optional<Long> scaled(String text, Map<String, Long> units, boolean rate) {
    Matcher parts = NUMBER_AND_UNIT.matcher(text.strip());
    if (!parts.matches() || (parts.group(4) != null && !rate)) {
      return Optional.empty();
    }
    Long scale = units.get(parts.group(3).toLowerCase(Locale.ROOT));
    if (scale == null) {
      return Optional.empty();
    }
    long whole = Long.parseLong(parts.group(1));
    // Decimals only where there are some: loading them takes a tenth of a command.
    long rest =
        parts.group(2) == null
            ? 0
            : new BigDecimal(parts.group(2)).multiply(BigDecimal.valueOf(scale)).longValue();
    return whole > (Long.MAX_VALUE - rest) / scale
        ? Optional.empty()
        : Optional.of(whole * scale + rest);
  }

  /// The shortest text that [#sizeBytes] reads back as `bytes`: `256KiB`.
  public static String exactSize(long bytes) {
    if (bytes == Long.MAX_VALUE) {
      return "unlimited";
    }
    for (String name : EXACT_SIZES) {
      long scale = BYTES.getOrDefault(name.toLowerCase(Locale.ROOT), 1L);
      if (bytes >= scale && bytes % scale == 0) {
        return bytes / scale + name;
      }
    }
    return Long.toString(bytes);
  }

  /// The shortest text that [#duration] reads back as `time`, to the millisecond: `15min`.
  public static String exactTime(Duration time) {
    for (String name : EXACT_TIMES) {
      long scale = NANOS.getOrDefault(name, 1L);
      if (time.toNanos() >= scale && time.toNanos() % scale == 0) {
        return time.toNanos() / scale + name;
      }
    }
    return time.toMillis() + "ms";
  }

  /// A size rounded for reading: `1.5 MB`; `?` for a negative one, which is not known.
  public static String size(long bytes) {
    if (bytes < 0) {
      return "?";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < ROUNDED_SIZES.length - 1) {
      value /= 1000;
      unit++;
    }
    String form = unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, value, ROUNDED_SIZES[unit]);
  }

  /// A rate rounded for reading: `1.5 MB/s`.
  public static String rate(long bytesPerSecond) {
    return size(bytesPerSecond) + "/s";
  }

  /// A time rounded for reading: `0.4 s`, `2 min 5 s`, `3 h 2 min`.
  public static String time(long millis) {
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    long seconds = millis / 1000;
    if (seconds < 3600) {
      return "%d min %d s".formatted(seconds / 60, seconds % 60);
    }
    long hours = seconds / 3600;
    return hours < 48
        ? "%d h %d min".formatted(hours, seconds / 60 % 60)
        : "%d d %d h".formatted(hours / 24, hours % 24);
  }
}
