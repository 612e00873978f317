package io.shoal.discovery.kademlia.respond;

import io.shoal.discovery.kademlia.krpc.AddressPrefix;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds how many queries are answered: of one source, of one network of sources, and in all; so
/// that no source keeps this node busy or uses it to flood a forged sender. Single-threaded.
///
/// A source is an IP address; within this machine or a private network, where many nodes may share
/// one and forgery is the owner's problem, it is address and port, with a wider bound.
public final class RateLimiter {
  /// Several nodes behind one NAT that all look something up come to a fraction of this; at most
  /// 100 kB/s go to one forged address.
  public static final int GLOBAL_QUERIES_PER_SECOND = 100;

  /// Four busy addresses of one [AddressPrefix]: an owner of the whole gets no more by using all of
  /// it.
  public static final int NETWORK_QUERIES_PER_SECOND = 400;

  /// A peer on the LAN that announces every chunk of a large folder.
  static final int LOCAL_QUERIES_PER_SECOND = 2_000;

  /// From all sources together: some 5 MB/s of answers, and a part of one processor.
  public static final int ALL_QUERIES_PER_SECOND = 5_000;

  /// Unused budget adds up to that of so many seconds: lookups come in bursts.
  public static final int BURST_SECONDS = 4;

  /// Sources and networks remembered; the one silent for longest is forgotten first. About 400 kB,
  /// under attack: a source that was silent for [#BURST_SECONDS] has its whole budget again, and is
  /// forgotten.
  public static final int MAX_SOURCES = 4_096;

  private final Map<Object, Budget> sources = new LinkedHashMap<>(16, 0.75f, true);
  private final Budget all = new Budget(ALL_QUERIES_PER_SECOND, 0);
  private long overSource;
  private long overNetwork;
  private long overAll;

  /// Counts one query.
  ///
  /// @return whether it is within all bounds
  public boolean admits(InetSocketAddress from, long nowMillis) {
    forgetSilent(nowMillis);
    if (Scope.of(from.getAddress()) != Scope.GLOBAL) {
      if (!budget(from, LOCAL_QUERIES_PER_SECOND, nowMillis).take(nowMillis)) {
        overSource++;
        return false;
      }
    } else if (!budget(from.getAddress(), GLOBAL_QUERIES_PER_SECOND, nowMillis).take(nowMillis)) {
      overSource++;
      return false;
    } else if (!budget(AddressPrefix.of(from.getAddress()), NETWORK_QUERIES_PER_SECOND, nowMillis)
        .take(nowMillis)) {
      overNetwork++;
      return false;
    }
    if (!all.take(nowMillis)) {
      overAll++;
      return false;
    }
    return true;
  }

  private Budget budget(Object source, int perSecond, long nowMillis) {
    return sources.computeIfAbsent(source, any -> new Budget(perSecond, nowMillis));
  }

  private void forgetSilent(long nowMillis) {
    Iterator<Budget> longestSilentFirst = sources.values().iterator();
    while (longestSilentFirst.hasNext()) {
      Budget budget = longestSilentFirst.next();
      boolean isWhole = nowMillis - budget.atMillis >= BURST_SECONDS * 1_000L;
      if (!isWhole && sources.size() < MAX_SOURCES) {
        return;
      }
      longestSilentFirst.remove();
    }
  }

  /// Queries over the bound of their source.
  public long overSource() {
    return overSource;
  }

  /// Queries over the bound of their network.
  public long overNetwork() {
    return overNetwork;
  }

  /// Queries over the bound of all.
  public long overAll() {
    return overAll;
  }

  public int remembered() {
    return sources.size();
  }

  private static final class Budget {
    private final double perSecond;
    private double left;
    private long atMillis;

    Budget(int perSecond, long atMillis) {
      this.perSecond = perSecond;
      this.left = (double) perSecond * BURST_SECONDS;
      this.atMillis = atMillis;
    }

    boolean take(long nowMillis) {
      double refilled = left + (nowMillis - atMillis) * perSecond / 1000;
      left = Math.min(refilled, perSecond * BURST_SECONDS);
      atMillis = nowMillis;
      if (left < 1) {
        return false;
      }
      left--;
      return true;
    }
  }
}
