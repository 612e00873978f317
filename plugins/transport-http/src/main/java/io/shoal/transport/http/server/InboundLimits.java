package io.shoal.transport.http.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Bounds the inbound connections: in all, and by the address that they come from. Usable from any
/// thread.
final class InboundLimits {
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
    if (count >= max || byAddress.getOrDefault(key(from), 0) >= maxPerAddress) {
      return false;
    }
    count++;
    byAddress.merge(key(from), 1, Integer::sum);
    return true;
  }

  synchronized void leave(InetAddress from) {
    count--;
    byAddress.computeIfPresent(key(from), (_, same) -> same > 1 ? same - 1 : null);
  }

  synchronized int count() {
    return count;
  }

  private static String key(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(
            address instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES) : bytes);
  }
}
