package io.shoal.runtime.serving;

import io.shoal.api.PeerConnection;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.peer.PeerBook;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// How much was sent to peers. Usable from any thread.
public final class UploadCounters {
  private final PeerBook book;
  private final LongSupplier nanoTime;
  private final LongAdder sent = new LongAdder();
  private final RateGauge speed = new RateGauge();

  /// @param nanoTime monotonic, any origin
  public UploadCounters(PeerBook book, LongSupplier nanoTime) {
    this.book = book;
    this.nanoTime = nanoTime;
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
    return speed.bytesPerSecond(sent.sum(), nanoTime.getAsLong());
  }
}
