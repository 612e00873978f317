package io.shoal.discovery.kademlia.routing;

import java.util.OptionalLong;

/// How long answers take, smoothed as RFC 6298 does: mean and deviation, in two small numbers,
/// since each entry of a table has its own. Single-threaded.
public final class RoundTrip {
  // Bounds of the patience: below, scheduling noise looks like silence; above, a lookup feels slow.
  static final long MIN_SLOW_MILLIS = 400;
  static final long MAX_SLOW_MILLIS = 1_500;

  private float meanMillis = -1;
  private float deviationMillis;

  public void measured(long millis) {
    if (meanMillis < 0) {
      meanMillis = millis;
      deviationMillis = millis / 2f;
    } else {
      deviationMillis += (Math.abs(millis - meanMillis) - deviationMillis) / 4;
      meanMillis += (millis - meanMillis) / 8;
    }
  }

  /// The usual one, if any was measured.
  public OptionalLong millis() {
    return meanMillis < 0 ? OptionalLong.empty() : OptionalLong.of(Math.round(meanMillis));
  }

  /// How long an answer may take before it counts as slow; `whenUnknown` before the first.
  public long slowAfterMillis(long whenUnknown) {
    return meanMillis < 0
        ? whenUnknown
        : Math.clamp(
            Math.round((double) meanMillis + 4 * deviationMillis),
            MIN_SLOW_MILLIS,
            MAX_SLOW_MILLIS);
  }
}
