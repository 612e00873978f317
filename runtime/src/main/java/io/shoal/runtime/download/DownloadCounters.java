package io.shoal.runtime.download;

import io.shoal.runtime.limit.RateGauge;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Counts bytes and chunks of a download over all its attempts. The totals may be read from any
/// thread; the maps are confined to the download's thread.
public final class DownloadCounters {
  // The next four are guarded by this.
  private long totalBytes = -1;
  private long inPlaceBytes;

  /// The leaves that [#inPlaceBytes] counts, by position: two peers may send one at the same time.
  private final BitSet inPlace = new BitSet();

  /// The most bytes that were in place: another attempt begins at none, and what is reported of a
  /// download never goes back.
  private long mostBytes;

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
  synchronized void again() {
    firstAttempt = false;
    transferredBefore = transferredBytes.get();
    inPlaceBytes = 0;
    inPlace.clear();
    reusedBytes.set(0);
  }

  /// The plan says how many file bytes there are; -1 if it does not.
  synchronized void total(long bytes) {
    totalBytes = bytes;
  }

  /// A leaf is in all its places; counts once for each leaf. From any thread.
  ///
  /// @param fileBytes in all its places
  synchronized void inPlace(int position, long fileBytes) {
    if (!inPlace.get(position)) {
      inPlace.set(position);
      inPlaceBytes += fileBytes;
      mostBytes = Math.max(mostBytes, inPlaceBytes);
    }
  }

  /// File bytes that this attempt has in place.
  synchronized long inPlaceBytes() {
    return inPlaceBytes;
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

  /// How many chunks a peer gave.
  long chunksOf(String peer) {
    return chunksByPeer.getOrDefault(peer, 0L);
  }

  /// File bytes in all, or -1 while that is not known.
  public synchronized long totalBytes() {
    return totalBytes;
  }

  /// File bytes that are in place, for the user: never more than all, and never fewer than before.
  public synchronized long doneBytes() {
    return totalBytes >= 0 ? Math.min(mostBytes, totalBytes) : mostBytes;
  }

  public long bytesPerSecond() {
    return speed.bytesPerSecond(transferredBytes.get(), nanoTime.getAsLong());
  }
}
