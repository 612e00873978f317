package io.shoal.discovery.kademlia.node;

import java.util.Arrays;
import java.util.Locale;

/// Numbers of one kind, and what they are like on the whole.
final class Sample {
  private long[] values = new long[64];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
  }

  double mean() {
    return Arrays.stream(values, 0, size).average().orElse(0);
  }

  /// The smallest value that at least this share of all does not exceed; 0 if there is none.
  long quantile(double share) {
    if (size == 0) {
      return 0;
    }
    Arrays.sort(values, 0, size);
    return values[Math.clamp((int) Math.ceil(share * size) - 1, 0, size - 1)];
  }

  int size() {
    return size;
  }

  /// Mean and 95th percentile.
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f / %d", mean(), quantile(0.95));
  }
}
