package io.shoal.discovery.kademlia.announce;

import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Spaces what this node sends to one address on the open internet while it announces: neighbouring
/// keys lie at the same nodes, and no node may take the stream for a flood. Local addresses are not
/// held back: there the overall pace is limit enough. Single-threaded.
final class AddressPacer {
  /// Four a second, so that with maintenance and searches no address gets more than five.
  static final long SPACING_MILLIS = 250;

  private final Map<InetAddress, Long> next = new LinkedHashMap<>();

  /// Takes the next free moment of an address.
  ///
  /// @return when to send, not before now
  long reserve(InetSocketAddress to, long nowMillis) {
    InetAddress host = to.getAddress();
    if (Scope.of(host) != Scope.GLOBAL) {
      return nowMillis;
    }
    forgetPast(nowMillis);
    long at = nowMillis + delayMillis(to, nowMillis);
    // Removed first, so that the order stays about that of time.
    next.remove(host);
    next.put(host, at + SPACING_MILLIS);
    return at;
  }

  /// How long something to this address would have to wait now.
  long delayMillis(InetSocketAddress to, long nowMillis) {
    return Math.max(0, next.getOrDefault(to.getAddress(), nowMillis) - nowMillis);
  }

  private void forgetPast(long nowMillis) {
    Iterator<Long> oldestFirst = next.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next() <= nowMillis) {
      oldestFirst.remove();
    }
  }
}
