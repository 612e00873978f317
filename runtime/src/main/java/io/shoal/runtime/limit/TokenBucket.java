package io.shoal.runtime.limit;

/// A token bucket over bytes. Confined to one thread or one lock; time is passed in.
public final class TokenBucket {
  /// No limit.
  public static final long UNLIMITED = Long.MAX_VALUE;

  /// Bytes that may be sent at once after a pause, as a share of a second: short, so that the rate
  /// holds over any second.
  private static final double BURST_SECONDS = 0.05;

  /// Bytes that a sender that was busy until a moment ago may catch up, as a share of a second: on
  /// a busy machine threads wake late, and what is lost by that each time is a large part of the
  /// rate.
  private static final double CATCH_UP_SECONDS = 0.25;

  /// The piece that is waited for, as a share of a second: few enough turns to keep the processor
  /// free at high rates.
  private static final double PIECE_SECONDS = 0.005;

  private static final long MAX_PIECE_BYTES = 64 * 1024;

  private static final long MIN_BURST_BYTES = 16 * 1024;

  private final long bytesPerSecond;
  private final double burstBytes;
  private final double catchUpBytes;
  private final long pieceBytes;
  private double tokens;
  private long refilledNanos;

  TokenBucket(long bytesPerSecond, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.burstBytes = Math.max(MIN_BURST_BYTES, bytesPerSecond * BURST_SECONDS);
    this.catchUpBytes = Math.max(MIN_BURST_BYTES, bytesPerSecond * CATCH_UP_SECONDS);
    this.pieceBytes =
        Math.clamp((long) (bytesPerSecond * PIECE_SECONDS), MIN_BURST_BYTES / 2, MAX_PIECE_BYTES);
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
    double pauseSeconds = (nowNanos - refilledNanos) * 1e-9;
    double most = pauseSeconds > CATCH_UP_SECONDS ? burstBytes : catchUpBytes;
    tokens = Math.min(most, tokens + pauseSeconds * bytesPerSecond);
    refilledNanos = nowNanos;
    // Crumbs are not worth a packet: wait for a piece.
    return tokens >= Math.min(wanted, pieceBytes) ? (int) Math.min(wanted, tokens) : 0;
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
    double lacking = Math.min(wanted, pieceBytes) - tokens;
    return lacking <= 0 ? 0 : (long) Math.ceil(lacking * 1e9 / bytesPerSecond);
  }
}
