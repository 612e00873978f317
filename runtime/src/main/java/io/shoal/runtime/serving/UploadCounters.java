package io.shoal.runtime.serving;

import io.shoal.api.PeerConnection;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.peer.PeerBook;
import java.util.concurrent.atomic.LongAdder;

/// How much went out. Usable from any thread.
public final class UploadCounters {
  private final PeerBook book;
  private final LongAdder sent = new LongAdder();
  private final RateGauge speed = new RateGauge();

  public UploadCounters(PeerBook book) {
    this.book = book;
  }

  void sent(long bytes) {
    sent.add(bytes);
  }

  /// An upload ended, whole or not.
  void ended(PeerConnection to, long bytes) {
    book.sent(to.remote(), bytes);
  }

  public long sentBytes() {
    return sent.sum();
  }

  public long bytesPerSecond() {
    return speed.bytesPerSecond(sent.sum(), System.nanoTime());
  }
}
