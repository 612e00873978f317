package io.shoal.runtime;

/// A token bucket over bytes. Confined to one thread or one lock; time is passed in.
final class RateBucket {
  /// A rate that is none.
  static final long UNLIMITED = Long.MAX_VALUE;

  /// What may be sent at once after a pause, as a share of a second: short, so that the rate holds
  /// over any second.
  private static final double BURST_SECONDS = 0.05;

  private static final long MIN_BURST_BYTES = 16 * 1024;

  private final long bytesPerSecond;
  private final double burstBytes;
  private double tokens;
  private long refilledNanos;

  RateBucket(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.burstBytes = Math.max(MIN_BURST_BYTES, bytesPerSecond * BURST_SECONDS);
    this.tokens = burstBytes;
    this.refilledNanos = nowNanos;
  }

  boolean unlimited() {
    return bytesPerSecond == UNLIMITED;
  }

  /// How many of `wanted` bytes may go now; 0 if none.
  int available(int wanted, long nowNanos) {
    if (unlimited()) {
      return wanted;
    }
    tokens = Math.min(burstBytes, tokens + (nowNanos - refilledNanos) * 1e-9 * bytesPerSecond);
    refilledNanos = nowNanos;
    // Crumbs are not worth a packet: wait for a piece.
    return tokens >= Math.min(wanted, MIN_BURST_BYTES / 2) ? (int) Math.min(wanted, tokens) : 0;
  }

  void take(int bytes) {
    if (!unlimited()) {
      tokens -= bytes;
    }
  }

  /// How long until [#available] is not 0.
  long nanosUntil(int wanted) {
    if (unlimited()) {
      return 0;
    }
    double lacking = Math.min(wanted, MIN_BURST_BYTES / 2) - tokens;
    return lacking <= 0 ? 0 : (long) Math.ceil(lacking * 1e9 / bytesPerSecond);
  }
}
