package io.shoal.runtime.serving;

import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerKey;
import java.util.function.LongSupplier;

/// Pays for the bytes of one upload, and knows how long its peer has taken nothing. Bytes are paid
/// for by one thread at a time.
final class UploadMeter {
  private final PeerKey peer;
  private final FairRateLimiter limiter;
  private final UploadCounters counters;
  private final LongSupplier nanoTime;
  private long sentBytes;
  private volatile long movedNanos;
  private volatile boolean held;

  /// @param nanoTime monotonic, any origin
  UploadMeter(
      PeerKey peer, FairRateLimiter limiter, UploadCounters counters, LongSupplier nanoTime) {
    this.peer = peer;
    this.limiter = limiter;
    this.counters = counters;
    this.nanoTime = nanoTime;
    movedNanos = nanoTime.getAsLong();
  }

  int permit(int wantedBytes) throws InterruptedException {
    // The peer is ready for more: as long as this node's rates hold it back, that is not its fault.
    held = true;
    try {
      int granted = limiter.permit(peer.text(), wantedBytes);
      sentBytes += granted;
      counters.sent(granted);
      return granted;
    } finally {
      movedNanos = nanoTime.getAsLong();
      held = false;
    }
  }

  long idleNanos() {
    return held ? 0 : nanoTime.getAsLong() - movedNanos;
  }

  long sentBytes() {
    return sentBytes;
  }
}
