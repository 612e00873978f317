package io.shoal.runtime;

import io.shoal.api.PeerConnection;
import java.util.concurrent.atomic.LongAdder;

/// How much went out. Usable from any thread.
final class UploadCounts {
  private final PeerBook book;
  private final LongAdder sent = new LongAdder();
  private final SpeedGauge speed = new SpeedGauge();

  UploadCounts(PeerBook book) {
    this.book = book;
  }

  void sent(long bytes) {
    sent.add(bytes);
  }

  /// An upload ended, whole or not.
  void ended(PeerConnection to, long bytes) {
    book.sent(to.remote(), bytes);
  }

  long sentBytes() {
    return sent.sum();
  }

  long bytesPerSecond() {
    return speed.bytesPerSecond(sent.sum(), System.nanoTime());
  }
}
