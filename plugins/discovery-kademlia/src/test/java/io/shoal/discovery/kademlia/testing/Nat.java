package io.shoal.discovery.kademlia.testing;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// A box that lets in only what comes from where something went out lately: what most homes are
/// behind. It keeps the port, as most do, so that the address seen outside is one and the same.
final class Nat {
  /// Routers at home forget a UDP flow after 30 s to 5 minutes.
  static final long OPEN_MILLIS = 60_000;

  /// When something last went to an address, oldest first.
  private final Map<InetSocketAddress, Long> open = new LinkedHashMap<>();

  void sent(InetSocketAddress to, long nowMillis) {
    open.remove(to);
    open.put(to, nowMillis);
    Iterator<Long> oldestFirst = open.values().iterator();
    while (oldestFirst.next() + OPEN_MILLIS <= nowMillis) {
      oldestFirst.remove();
    }
  }

  boolean admits(InetSocketAddress from, long nowMillis) {
    Long sent = open.get(from);
    return sent != null && sent + OPEN_MILLIS > nowMillis;
  }
}
