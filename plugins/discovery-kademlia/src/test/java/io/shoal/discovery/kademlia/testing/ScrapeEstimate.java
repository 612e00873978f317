package io.shoal.discovery.kademlia.testing;

import io.shoal.discovery.kademlia.krpc.ScrapeFilter;
import java.util.BitSet;

/// Counts the addresses in a filter, as a client that asked for it does (BEP 33).
public final class ScrapeEstimate {
  private ScrapeEstimate() {}

  /// About how many addresses were added.
  public static double of(ScrapeFilter filter) {
    byte[] bytes = filter.bytes().toArray();
    int size = bytes.length * Byte.SIZE;
    double zeros = Math.clamp(size - BitSet.valueOf(bytes).cardinality(), 1, size - 1);
    return Math.log(zeros / size) / (2 * Math.log(1 - 1.0 / size));
  }
}
