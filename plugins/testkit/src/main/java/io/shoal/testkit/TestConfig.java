package io.shoal.testkit;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A plugin's configuration out of a map of texts, written as a user would write them. A list is
/// written with commas. As strict as a node: it takes the same values, and refuses the others in
/// the same words.
public final class TestConfig implements PluginConfig {
  private static final Pattern AMOUNT =
      Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([A-Za-z]{0,3})(/s)?");

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

  /// From large to small, so that the first that divides an amount gives the shortest text.
  private static final List<String> SIZES =
      List.of("TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "kB");

  private static final List<String> TIMES = List.of("d", "h", "min", "s");

  /// The slowest rate that a node lets a user set.
  private static final long MIN_BYTES_PER_SECOND = 16 * 1024;

  private static final String PREFIX = "plugins." + TestContext.PLUGIN_ID + ".";

  private final Map<String, String> values;
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final Set<String> formed = ConcurrentHashMap.newKeySet();

  /// A configuration with these values and no others.
  ///
  /// @param values the texts by key
  public TestConfig(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /// The keys that are set and that the plugin did not read: a node would refuse them.
  ///
  /// @return a copy, without the prefix of the plugin
  public Set<String> unknownKeys() {
    Set<String> unknown = new HashSet<>(values.keySet());
    unknown.removeAll(asked);
    return unknown;
  }

  /// The keys that the plugin read, or that lie below a section that it read.
  Set<String> askedKeys() {
    return Set.copyOf(asked);
  }

  /// The keys of which not every text is a value: those of numbers, sizes, times and the like.
  Set<String> formedKeys() {
    return Set.copyOf(formed);
  }

  @Override
  public String text(String key, String whenAbsent) throws InvalidConfigException {
    return text(key).orElse(whenAbsent);
  }

  @Override
  public Optional<String> text(String key) throws InvalidConfigException {
    asked.add(key);
    if (isSection(key)) {
      throw wrong(key, "a section", "a single value");
    }
    return written(key);
  }

  private Optional<String> written(String key) {
    return Optional.ofNullable(values.get(key)).filter(text -> !text.isEmpty());
  }

  private boolean isSection(String key) {
    return values.keySet().stream().anyMatch(other -> other.startsWith(key + "."));
  }

  private Optional<String> formed(String key) throws InvalidConfigException {
    formed.add(key);
    return text(key);
  }

  /// The text as it is written; `file:` and `env:` are the node's to read.
  @Override
  public Optional<String> secret(String key) throws InvalidConfigException {
    return text(key);
  }

  @Override
  public Set<String> keys(String key) throws InvalidConfigException {
    asked.add(key);
    Optional<String> text = written(key);
    if (text.isPresent()) {
      throw wrong(key, quoted(text.get()), "a section with keys of its own");
    }
    Set<String> names = new LinkedHashSet<>();
    for (String one : values.keySet()) {
      if (one.startsWith(key + ".")) {
        asked.add(one);
        names.add(one.substring(key.length() + 1).split("\\.", 2)[0]);
      }
    }
    return names;
  }

  @Override
  public Path path(String key, Path whenAbsent) throws InvalidConfigException {
    Optional<String> text = formed(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    try {
      Path path = Path.of(text.get());
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw wrong(key, quoted(text.get()), "a whole path, such as /srv/shoal");
    }
    throw wrong(key, quoted(text.get()), "a whole path, such as /srv/shoal");
  }

  @Override
  public List<String> texts(String key, List<String> whenAbsent) throws InvalidConfigException {
    asked.add(key);
    if (isSection(key)) {
      throw wrong(key, "a section", "a list of values");
    }
    return written(key)
        .map(text -> Arrays.stream(text.split(",", -1)).map(String::strip).toList())
        .orElse(whenAbsent);
  }

  @Override
  public String oneOf(String key, Set<String> allowed, String whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = formed(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    for (String one : allowed) {
      if (one.equalsIgnoreCase(text.get())) {
        return one;
      }
    }
    throw wrong(
        key, quoted(text.get()), "one of " + String.join(", ", allowed.stream().sorted().toList()));
  }

  @Override
  public boolean flag(String key, boolean whenAbsent) throws InvalidConfigException {
    return Boolean.parseBoolean(oneOf(key, Set.of("true", "false"), Boolean.toString(whenAbsent)));
  }

  @Override
  public long number(String key, long min, long max, long whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = formed(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    String allowed = "a whole number from " + min + " to " + max;
    long value;
    try {
      value = Long.parseLong(text.get());
    } catch (NumberFormatException e) {
      throw wrong(key, quoted(text.get()), allowed);
    }
    if (value < min || value > max) {
      throw wrong(key, text.get(), allowed);
    }
    return value;
  }

  @Override
  public long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent)
      throws InvalidConfigException {
    return bounded(
        key,
        text -> bytes(text, false),
        minBytes,
        maxBytes,
        whenAbsent,
        "a size from %s to %s, such as 256KiB or 10GB".formatted(size(minBytes), size(maxBytes)));
  }

  @Override
  public long bytesPerSecond(String key, long whenAbsent) throws InvalidConfigException {
    return bounded(
        key,
        text -> bytes(text, true),
        MIN_BYTES_PER_SECOND,
        Long.MAX_VALUE,
        whenAbsent,
        "bytes a second, at least %s, such as 25MB or unlimited"
            .formatted(size(MIN_BYTES_PER_SECOND)));
  }

  @Override
  public Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
      throws InvalidConfigException {
    return bounded(
        key,
        text -> amount(text, NANOS, false).map(Duration::ofNanos),
        min,
        max,
        whenAbsent,
        "a time from %s to %s, such as 250ms, 30s or 2h".formatted(time(min), time(max)));
  }

  private <T extends Comparable<T>> T bounded(
      String key, Function<String, Optional<T>> reading, T min, T max, T whenAbsent, String allowed)
      throws InvalidConfigException {
    Optional<String> text = formed(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    return reading
        .apply(text.get())
        .filter(value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0)
        .orElseThrow(() -> wrong(key, quoted(text.get()), allowed));
  }

  private static Optional<Long> bytes(String text, boolean rate) {
    return text.strip().equalsIgnoreCase("unlimited")
        ? Optional.of(Long.MAX_VALUE)
        : amount(text, BYTES, rate);
  }

  private static Optional<Long> amount(String text, Map<String, Long> units, boolean rate) {
    Matcher parts = AMOUNT.matcher(text.strip());
    if (!parts.matches() || (parts.group(3) != null && !rate)) {
      return Optional.empty();
    }
    return Optional.ofNullable(units.get(parts.group(2).toLowerCase(Locale.ROOT)))
        .map(unit -> new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit)))
        .filter(amount -> amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0)
        .map(BigDecimal::longValue);
  }

  private static String size(long bytes) {
    return bytes == Long.MAX_VALUE
        ? "unlimited"
        : shortest(bytes, SIZES, BYTES).orElse(Long.toString(bytes));
  }

  private static String time(Duration time) {
    return shortest(time.toNanos(), TIMES, NANOS).orElse(time.toMillis() + "ms");
  }

  private static Optional<String> shortest(
      long amount, List<String> names, Map<String, Long> units) {
    for (String name : names) {
      long unit = units.getOrDefault(name.toLowerCase(Locale.ROOT), 1L);
      if (amount >= unit && amount % unit == 0) {
        return Optional.of(amount / unit + name);
      }
    }
    return Optional.empty();
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  private InvalidConfigException wrong(String key, String found, String allowed) {
    return new InvalidConfigException(PREFIX + key + " is " + found + ": write " + allowed);
  }
}
