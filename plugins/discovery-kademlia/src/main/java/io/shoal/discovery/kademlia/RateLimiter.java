package io.shoal.discovery.kademlia;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how many queries of one source are answered, so that nobody keeps this node busy or uses
/// it to flood a forged sender.
///
/// A source is an IP address; within this machine or a private network, where many nodes may share
/// one and forging is the owner's own affair, it is address and port, with a wider bound.
final class RateLimiter {
  /// Several nodes behind one NAT that all look something up come to a fraction of this; at most
  /// 100 kB/s go to one forged address.
  static final int GLOBAL_QUERIES_PER_SECOND = 100;

  /// A peer on the LAN that announces every chunk of a large folder.
  static final int LOCAL_QUERIES_PER_SECOND = 2_000;

  /// Unused budget adds up to that of so many seconds: lookups come in bursts.
  static final int BURST_SECONDS = 4;

  /// Sources remembered; the one silent for longest is forgotten first. About 400 kB.
  static final int MAX_SOURCES = 4_096;

  private final Map<Object, Budget> sources =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Budget> eldest) {
          return size() > MAX_SOURCES;
        }
      };

  /// Forgets those whose budget is full again: they are like new ones. So that a quiet node keeps
  /// next to nothing.
  private void forgetRefilled(long nowMillis) {
    Iterator<Budget> silentLongestFirst = sources.values().iterator();
    while (silentLongestFirst.hasNext()
        && nowMillis - silentLongestFirst.next().atMillis >= BURST_SECONDS * 1000L) {
      silentLongestFirst.remove();
    }
  }

  /// Counts one query.
  ///
  /// @return whether it is within the bound
  boolean admits(InetSocketAddress from, long nowMillis) {
    forgetRefilled(nowMillis);
    boolean global = Scope.of(from.getAddress()) == Scope.GLOBAL;
    double perSecond = global ? GLOBAL_QUERIES_PER_SECOND : LOCAL_QUERIES_PER_SECOND;
    Object source = global ? from.getAddress() : from;
    Budget budget =
        sources.computeIfAbsent(source, any -> new Budget(perSecond * BURST_SECONDS, nowMillis));
    double refilled = budget.left + (nowMillis - budget.atMillis) * perSecond / 1000;
    budget.left = Math.min(refilled, perSecond * BURST_SECONDS);
    budget.atMillis = nowMillis;
    if (budget.left < 1) {
      return false;
    }
    budget.left--;
    return true;
  }

  private static final class Budget {
    private double left;
    private long atMillis;

    Budget(double left, long atMillis) {
      this.left = left;
      this.atMillis = atMillis;
    }
  }
}
