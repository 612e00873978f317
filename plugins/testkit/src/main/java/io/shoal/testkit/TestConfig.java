package io.shoal.testkit;

import io.shoal.api.InvalidConfigException;
import io.shoal.api.PluginConfig;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A plugin's configuration out of a map of texts, written as a user would write them. A list is
/// written with commas.
public final class TestConfig implements PluginConfig {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

  /// The slowest rate that a node lets a user set.
  private static final long MIN_BYTES_PER_SECOND = 16 * 1024;

  private final Map<String, String> values;
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  /// @param values the texts by key
  public TestConfig(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /// The keys that are set and that the plugin did not read: a node would refuse them.
  public Set<String> unknownKeys() {
    Set<String> unknown = new HashSet<>(values.keySet());
    unknown.removeAll(asked);
    return unknown;
  }

  @Override
  public String text(String key, String whenAbsent) {
    return text(key).orElse(whenAbsent);
  }

  @Override
  public Optional<String> text(String key) {
    asked.add(key);
    return Optional.ofNullable(values.get(key));
  }

  /// The text as it is written; `file:` and `env:` are the node's to read.
  @Override
  public Optional<String> secret(String key) {
    return text(key);
  }

  @Override
  public Set<String> keys(String key) {
    asked.add(key);
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
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    Path path = Path.of(text.get());
    if (!path.isAbsolute()) {
      throw fault(key, text.get(), "a whole path");
    }
    return path.normalize();
  }

  @Override
  public long bytesPerSecond(String key, long whenAbsent) throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    return sizeBytes(key, text.get().replaceFirst("/s$", ""), MIN_BYTES_PER_SECOND, Long.MAX_VALUE);
  }

  @Override
  public List<String> texts(String key, List<String> whenAbsent) {
    return text(key)
        .map(text -> Arrays.stream(text.split(",", -1)).map(String::strip).toList())
        .orElse(whenAbsent);
  }

  @Override
  public String oneOf(String key, Set<String> allowed, String whenAbsent)
      throws InvalidConfigException {
    String text = text(key, whenAbsent);
    for (String one : allowed) {
      if (one.equalsIgnoreCase(text)) {
        return one;
      }
    }
    throw fault(key, text, "one of " + allowed);
  }

  @Override
  public boolean flag(String key, boolean whenAbsent) throws InvalidConfigException {
    String text = text(key, Boolean.toString(whenAbsent));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw fault(key, text, "true or false");
    };
  }

  @Override
  public long number(String key, long min, long max, long whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    try {
      return within(key, text.get(), Long.parseLong(text.get()), min, max);
    } catch (NumberFormatException e) {
      throw fault(key, text.get(), "a whole number");
    }
  }

  @Override
  public long sizeBytes(String key, long minBytes, long maxBytes, long whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = text(key);
    return text.isEmpty() ? whenAbsent : sizeBytes(key, text.get(), minBytes, maxBytes);
  }

  private static long sizeBytes(String key, String text, long minBytes, long maxBytes)
      throws InvalidConfigException {
    if (text.equals("unlimited")) {
      return within(key, text, Long.MAX_VALUE, minBytes, maxBytes);
    }
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      throw fault(key, text, "a size such as 25MB");
    }
    long unit =
        switch (amount.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b" -> 1L;
          case "kb" -> 1_000L;
          case "mb" -> 1_000_000L;
          case "gb" -> 1_000_000_000L;
          case "tb" -> 1_000_000_000_000L;
          case "kib" -> 1L << 10;
          case "mib" -> 1L << 20;
          case "gib" -> 1L << 30;
          case "tib" -> 1L << 40;
          default -> throw fault(key, text, "a size such as 25MB");
        };
    long count = Long.parseLong(amount.group(1));
    if (count > Long.MAX_VALUE / unit) {
      throw fault(key, text, "a size such as 25MB");
    }
    return within(key, text, count * unit, minBytes, maxBytes);
  }

  @Override
  public Duration duration(String key, Duration min, Duration max, Duration whenAbsent)
      throws InvalidConfigException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return whenAbsent;
    }
    Matcher amount = AMOUNT.matcher(text.get());
    if (!amount.matches()) {
      throw fault(key, text.get(), "a time such as 30s");
    }
    long count = Long.parseLong(amount.group(1));
    Duration found =
        switch (amount.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m", "min" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          case "d" -> Duration.ofDays(count);
          default -> throw fault(key, text.get(), "a time such as 30s");
        };
    if (found.compareTo(min) < 0 || found.compareTo(max) > 0) {
      throw fault(key, text.get(), min + " to " + max);
    }
    return found;
  }

  private static long within(String key, String text, long value, long min, long max)
      throws InvalidConfigException {
    if (value < min || value > max) {
      throw fault(key, text, min + " to " + max);
    }
    return value;
  }

  private static InvalidConfigException fault(String key, String text, String allowed) {
    return new InvalidConfigException(key + ": '" + text + "' is not " + allowed);
  }
}
