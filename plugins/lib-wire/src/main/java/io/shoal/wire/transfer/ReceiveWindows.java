package io.shoal.wire.transfer;

import java.util.concurrent.atomic.AtomicLong;

/// Shares out among all requests of all connections how many bytes may be on their way here, or be
/// here and wait for their reader. Usable from any thread.
public final class ReceiveWindows {

  /// The window of a request when all is given out: enough to go on, little enough that the 1,024
  /// requests that a node has open at most add no more than 16 MiB.
  static final int MIN_WINDOW_SIZE_BYTES = 16 * 1024;

  private final long totalBytes;
  private final int largestBytes;
  private final AtomicLong givenBytes = new AtomicLong();

  /// @param totalBytes for all requests together
  /// @param largestBytes for one
  public ReceiveWindows(long totalBytes, int largestBytes) {
    this.totalBytes = totalBytes;
    this.largestBytes = largestBytes;
  }

  /// A window for one more request.
  public int take() {
    long before = givenBytes.getAndUpdate(given -> given + windowAt(given));
    return windowAt(before);
  }

  /// The request that had this window is over.
  public void give(int windowBytes) {
    givenBytes.addAndGet(-windowBytes);
  }

  private int windowAt(long given) {
    return (int) Math.clamp(totalBytes - given, MIN_WINDOW_SIZE_BYTES, (long) largestBytes);
  }
}
