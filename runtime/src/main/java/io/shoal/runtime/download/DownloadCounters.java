package io.shoal.runtime.download;

import io.shoal.runtime.limit.RateGauge;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Counts bytes and chunks of a download over all its attempts. The totals may be read from any
/// thread; the maps are confined to the download's thread.
public final class DownloadCounters {
  final AtomicLong totalBytes = new AtomicLong(-1);
  final AtomicLong doneBytes = new AtomicLong();
  final AtomicLong transferredBytes = new AtomicLong();
  final AtomicLong reusedBytes = new AtomicLong();
  final RateGauge speed = new RateGauge();
  final Map<String, Long> bytesByPeer = new TreeMap<>();
  final Map<String, Long> bytesByTransport = new TreeMap<>();
  final Map<String, Long> chunksByPeer = new TreeMap<>();

  /// The bytes before this attempt: after a pause, what came before it is not reuse.
  private long transferredBefore;

  private boolean firstAttempt = true;

  private final LongSupplier nanoTime;
  private final long startedNanos;

  /// @param nanoTime monotonic, any origin
  public DownloadCounters(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    startedNanos = nanoTime.getAsLong();
  }

  /// The time since the first attempt began.
  Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - startedNanos);
  }

  /// Whether nothing has paused this yet.
  boolean isFirstAttempt() {
    return firstAttempt;
  }

  /// Another attempt begins.
  void again() {
    firstAttempt = false;
    transferredBefore = transferredBytes.get();
    totalBytes.set(-1);
    doneBytes.set(0);
    reusedBytes.set(0);
  }

  /// Chunk bytes that were here before the first attempt.
  long reusedAtFirst() {
    return Math.max(0, reusedBytes.get() - transferredBefore);
  }

  void received(String peer, String scheme, long bytes) {
    transferredBytes.addAndGet(bytes);
    bytesByPeer.merge(peer, bytes, Long::sum);
    bytesByTransport.merge(scheme, bytes, Long::sum);
  }

  void chunk(String peer) {
    chunksByPeer.merge(peer, 1L, Long::sum);
  }

  /// File bytes in all, or -1 while that is not known.
  public long totalBytes() {
    return totalBytes.get();
  }

  /// File bytes that are in place.
  public long doneBytes() {
    return doneBytes.get();
  }

  public long bytesPerSecond() {
    return speed.bytesPerSecond(transferredBytes.get(), nanoTime.getAsLong());
  }
}
