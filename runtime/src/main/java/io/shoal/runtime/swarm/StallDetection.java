package io.shoal.runtime.swarm;

import java.util.Optional;

/// Finds out when one peer gives too little of what it owes: nothing for some seconds, or next to
/// nothing for a minute. Time is passed in. Confined to the swarm's thread.
final class StallDetection {
  /// A peer that has sent nothing for this long while it owes something is stalled. Longer than a
  /// busy but fair server pauses between two bytes to one of its peers.
  private static final long MIN_STALL_MILLIS = 4_000;

  private static final long MAX_STALL_MILLIS = 15_000;

  /// A stalled peer is dropped after this long, if others are left.
  private static final long GIVE_UP_MILLIS = 30_000;

  /// One that gives less than [#MIN_BYTES_PER_PERIOD] in such a period is dropped as well, if
  /// another gives more: a peer that sends a byte a second is never stalled.
  private static final long PERIOD_MILLIS = 60_000;

  /// What a modem gives. A chunk of 1 MiB would take 17 minutes.
  static final long MIN_BYTES_PER_SECOND = 1_024;

  private static final long MIN_BYTES_PER_PERIOD = MIN_BYTES_PER_SECOND * PERIOD_MILLIS / 1_000;

  private long lastBytesMillis;
  private long periodBeganMillis;
  private long bytesInPeriod;

  StallDetection(long nowMillis) {
    begin(nowMillis);
  }

  /// The peer owes nothing, or owes something from now on.
  void begin(long nowMillis) {
    lastBytesMillis = nowMillis;
    periodBeganMillis = nowMillis;
    bytesInPeriod = 0;
  }

  void received(long bytes, long nowMillis) {
    lastBytesMillis = nowMillis;
    bytesInPeriod += bytes;
  }

  /// Whether the peer has sent nothing for so long that others should be asked.
  ///
  /// @param askedMillis when its oldest open request was sent
  /// @param expectedMillis within which a few chunks would be here at its speed
  boolean isStalled(long askedMillis, double expectedMillis, long nowMillis) {
    long stall = (long) Math.clamp(expectedMillis, MIN_STALL_MILLIS, MAX_STALL_MILLIS);
    return idleMillis(askedMillis, nowMillis) >= stall;
  }

  private long idleMillis(long askedMillis, long nowMillis) {
    return nowMillis - Math.max(lastBytesMillis, askedMillis);
  }

  /// Why the peer is of no use any more, if that is so. To be asked again and again as long as it
  /// owes something.
  ///
  /// @param askedMillis when its oldest open request was sent
  Optional<String> uselessSince(long askedMillis, long nowMillis) {
    long idle = idleMillis(askedMillis, nowMillis);
    return idle >= GIVE_UP_MILLIS
        ? Optional.of("it sent nothing for " + idle / 1000 + " s")
        : Optional.empty();
  }

  /// How little the peer gave in a period that has just ended, if that was next to nothing. To be
  /// asked again and again as long as it owes something.
  Optional<String> crawls(long nowMillis) {
    if (nowMillis - periodBeganMillis < PERIOD_MILLIS) {
      return Optional.empty();
    }
    long given = bytesInPeriod;
    periodBeganMillis = nowMillis;
    bytesInPeriod = 0;
    return given < MIN_BYTES_PER_PERIOD
        ? Optional.of("it sent " + given + " bytes in " + PERIOD_MILLIS / 1000 + " s")
        : Optional.empty();
  }
}
