package io.shoal.runtime.maintenance;

import io.shoal.api.InvalidConfigException;
import io.shoal.runtime.config.ConfigSection;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// How a running node checks its store.
///
/// @param interval from the end of a check to the begin of the next one; empty for never
/// @param bytesPerSecond how fast chunks are read for it
public record VerifySettings(Optional<Duration> interval, long bytesPerSecond) {

  /// Bit rot is rare: a disk of some terabytes has about one error a year. After a month, other
  /// peers most likely still have a good copy.
  static final Duration DEFAULT_INTERVAL = Duration.ofDays(30);

  /// Shorter ones would check without end.
  static final Duration MIN_INTERVAL = Duration.ofMinutes(1);

  static final Duration MAX_INTERVAL = Duration.ofDays(3650);

  /// A tenth of what a slow disk gives: 50 TB in a month.
  static final long DEFAULT_BYTES_PER_SECOND = 20_000_000;

  public static VerifySettings read(ConfigSection root) throws InvalidConfigException {
    boolean never = Set.of("off", "0").contains(root.text("verify.interval", "30d"));
    Duration interval =
        never
            ? DEFAULT_INTERVAL
            : root.duration("verify.interval", MIN_INTERVAL, MAX_INTERVAL, DEFAULT_INTERVAL);
    return new VerifySettings(
        never ? Optional.empty() : Optional.of(interval),
        root.bytesPerSecond("verify.rate", DEFAULT_BYTES_PER_SECOND));
  }
}
