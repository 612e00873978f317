package io.shoal.runtime.limit;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// Speed over the last seconds, from a count that is looked at now and then. Usable from any
/// thread.
public final class RateGauge {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);

  private record Sample(long atNanos, long bytes) {}

  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  public synchronized long bytesPerSecond(long totalBytes, long nowNanos) {
    Sample last = samples.peekLast();
    if (last == null || nowNanos - last.atNanos() > WINDOW_NANOS / 50) {
      samples.add(new Sample(nowNanos, totalBytes));
    }
    while (samples.size() > 2 && nowNanos - samples.getFirst().atNanos() > WINDOW_NANOS) {
      samples.poll();
    }
    Sample first = samples.getFirst();
    long nanos = nowNanos - first.atNanos();
    return nanos <= 0 ? 0 : (long) ((totalBytes - first.bytes()) * 1e9 / nanos);
  }
}
