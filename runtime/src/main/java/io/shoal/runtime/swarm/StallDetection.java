package io.shoal.runtime.swarm;

import java.util.Optional;

/// When a peer that owes something gives too little of it. Pure.
final class StallDetection {
  /// A peer that has sent nothing for this long while it owes something stands still. Longer than a
  /// busy but fair server pauses between two bytes to one of its peers.
  private static final long MIN_STALL_MILLIS = 4_000;

  private static final long MAX_STALL_MILLIS = 15_000;

  /// A peer that stands still is parted from after this long, if others are left.
  private static final long GIVE_UP_MILLIS = 30_000;

  /// One that gives less than [#MIN_BYTES_PER_PERIOD] in such a period is parted from as well: who
  /// sends a byte a second never stands still.
  private static final long PERIOD_MILLIS = 60_000;

  /// About 1 KiB/s: what a modem gives. A chunk of 1 MiB would take 17 minutes.
  private static final long MIN_BYTES_PER_PERIOD = 64 * 1024;

  private StallDetection() {}

  /// The peer owes nothing, or owes something from now on.
  static void watchFrom(SwarmPeer peer, long nowMillis) {
    peer.lastProgressMillis = nowMillis;
    peer.watchedSinceMillis = nowMillis;
    peer.bytesSinceWatched = 0;
  }

  /// Whether the peer has sent nothing for so long that others should be asked.
  static boolean standsStill(SwarmPeer peer, long nowMillis) {
    double expected = peer.millisFor(3);
    long stall = (long) Math.clamp(expected, MIN_STALL_MILLIS, MAX_STALL_MILLIS);
    return idleMillis(peer, nowMillis) >= stall;
  }

  private static long idleMillis(SwarmPeer peer, long nowMillis) {
    long oldest = peer.requests.values().iterator().next().sentMillis;
    return nowMillis - Math.max(peer.lastProgressMillis, oldest);
  }

  /// Why the peer is of no use any more, if that is so. To be asked again and again as long as it
  /// owes something.
  static Optional<String> ofNoUse(SwarmPeer peer, long nowMillis) {
    long idle = idleMillis(peer, nowMillis);
    if (idle >= GIVE_UP_MILLIS) {
      return Optional.of("it sent nothing for " + idle / 1000 + " s");
    }
    if (nowMillis - peer.watchedSinceMillis < PERIOD_MILLIS) {
      return Optional.empty();
    }
    long given = peer.bytesSinceWatched;
    peer.watchedSinceMillis = nowMillis;
    peer.bytesSinceWatched = 0;
    return given < MIN_BYTES_PER_PERIOD
        ? Optional.of("it sent " + given + " bytes in " + PERIOD_MILLIS / 1000 + " s")
        : Optional.empty();
  }
}
