package io.shoal.transport.tcp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Bounds the connections that peers dial: in all, and by the address that they come from.
public final class InboundLimits {
  // The usual share of one customer: a customer that has one address of it has them all.
  private static final int IPV6_PREFIX_BYTES = 8;

  private final int max;
  private final int maxPerAddress;
  private final Map<String, Integer> byAddress = new HashMap<>();
  private int count;

  InboundLimits(int max, int maxPerAddress) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
  }

  /// Whether one more may come in; [#leave] is due if so.
  synchronized boolean enter(InetAddress from) {
    String key = key(from);
    int same = byAddress.getOrDefault(key, 0);
    if (count >= max || same >= maxPerAddress) {
      return false;
    }
    count++;
    byAddress.put(key, same + 1);
    return true;
  }

  synchronized void leave(InetAddress from) {
    count--;
    byAddress.computeIfPresent(key(from), (_, same) -> same > 1 ? same - 1 : null);
  }

  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(
            address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES) : bytes);
  }
}
