package io.shoal.transport.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Counts the connections that others made, all and by where they come from.
public final class InboundLimits {
  // The usual share of one customer: whoever has one address of it has them all.
  private static final int IPV6_PREFIX_BYTES = 8;

  private final int max;
  private final int maxPerAddress;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Integer> byAddress = new HashMap<>();
  private int count;

  InboundLimits(int max, int maxPerAddress) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
  }

  /// Whether one more may come in; [#leave] is due if so.
  boolean enter(InetAddress from) {
    lock.lock();
    try {
      String key = key(from);
      int same = byAddress.getOrDefault(key, 0);
      if (count >= max || same >= maxPerAddress) {
        return false;
      }
      count++;
      byAddress.put(key, same + 1);
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leave(InetAddress from) {
    lock.lock();
    try {
      count--;
      byAddress.computeIfPresent(key(from), (_, same) -> same > 1 ? same - 1 : null);
    } finally {
      lock.unlock();
    }
  }

  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(
            address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES) : bytes);
  }
}
