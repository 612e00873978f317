package io.shoal.wire.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// Bounds the connections that peers dialled and whose handshake has ended: in all, and by the
/// address that they come from.
public final class InboundLimits {
  // The usual share of one customer: a customer that has one address of it has them all.
  private static final int IPV6_PREFIX_BYTES = 8;

  private final int max;
  private final int maxPerAddress;
  private final Map<String, Integer> byAddress = new HashMap<>();
  private int count;

  public InboundLimits(int max, int maxPerAddress) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
  }

  /// Whether one more could come in now.
  public synchronized boolean hasRoom(InetAddress from) {
    return count < max && byAddress.getOrDefault(key(from), 0) < maxPerAddress;
  }

  /// Whether one more may come in; [#leave] is due if so.
  public synchronized boolean enter(InetAddress from) {
    boolean may = hasRoom(from);
    if (may) {
      count++;
      byAddress.merge(key(from), 1, Integer::sum);
    }
    return may;
  }

  public synchronized void leave(InetAddress from) {
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
