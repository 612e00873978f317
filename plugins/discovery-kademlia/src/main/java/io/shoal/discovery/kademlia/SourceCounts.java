package io.shoal.discovery.kademlia;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// How much of a store each source on the open internet takes: an IPv4 address, or an IPv6 network
/// of 64 bits, which is what one customer gets. Sources within this machine or a private network
/// are not counted: many nodes may share an address there, and whom to let in is the owner's own
/// affair.
///
/// An open-addressing table of numbers, since there may be as many sources as entries. Not
/// thread-safe.
final class SourceCounts {
  private static final int FIRST_CAPACITY = 16;

  /// Stands for "not counted"; no source has it.
  private static final long NONE = 0;

  private long[] sources = new long[0];
  private int[] counts = new int[0];
  private int used;

  int of(InetAddress address) {
    long source = source(address);
    return source == NONE || used == 0 ? 0 : counts[slot(source)];
  }

  void add(InetAddress address, int change) {
    long source = source(address);
    if (source == NONE) {
      return;
    }
    if (8 * (used + 1) > 7 * sources.length) {
      rebuild();
    }
    int slot = slot(source);
    if (sources[slot] == NONE) {
      sources[slot] = source;
      used++;
    }
    counts[slot] += change;
  }

  /// Makes room, and forgets who takes nothing any more.
  private void rebuild() {
    long[] oldSources = sources;
    int[] oldCounts = counts;
    int live = 0;
    for (int count : oldCounts) {
      live += count > 0 ? 1 : 0;
    }
    int capacity = FIRST_CAPACITY;
    // At most three quarters full, so that the next rebuilding is some way off.
    while (3 * capacity < 4 * (live + 1)) {
      capacity *= 2;
    }
    sources = new long[capacity];
    counts = new int[capacity];
    used = 0;
    for (int i = 0; i < oldSources.length; i++) {
      if (oldCounts[i] > 0) {
        int slot = slot(oldSources[i]);
        sources[slot] = oldSources[i];
        counts[slot] = oldCounts[i];
        used++;
      }
    }
  }

  private int slot(long source) {
    int mask = sources.length - 1;
    // The multiplier spreads neighbours (Knuth's multiplicative hashing).
    int slot = (int) ((source * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (sources[slot] != NONE && sources[slot] != source) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long source(InetAddress address) {
    if (Scope.of(address) != Scope.GLOBAL) {
      return NONE;
    }
    byte[] raw = address.getAddress();
    return switch (Family.of(address)) {
      // No IPv6 network of the open internet begins with zeros.
      case IPV4 -> Integer.toUnsignedLong(ByteBuffer.wrap(raw).getInt());
      case IPV6 -> ByteBuffer.wrap(raw).getLong();
    };
  }
}
