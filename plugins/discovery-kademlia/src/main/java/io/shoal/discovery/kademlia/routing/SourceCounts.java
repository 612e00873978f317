package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// How much of a store each source on the open internet takes: an IPv4 address, or an IPv6 network
/// of 64 bits, which is what one customer gets. Sources within this machine or a private network
/// are not counted: many nodes may share an address there, and its owner decides which nodes are in
/// the network.
///
/// Sources are counted in groups that only this node knows: there may be as many sources as
/// entries, and a count of each would cost as much again. Not thread-safe.
public final class SourceCounts {
  /// 4 KB. In a full store of 100,000 entries a group has about a hundred of strangers, far below
  /// any quota; a source that uses up its quota blocks a thousandth of the others.
  private static final int GROUPS = 1024;

  private final long salt;

  /// None until the first source is counted: in a private network there is never any.
  private int[] counts = new int[0];

  public SourceCounts(RandomGenerator random) {
    this.salt = random.nextLong();
  }

  public int of(InetAddress address) {
    return counts.length == 0 || !isCounted(address) ? 0 : counts[group(address)];
  }

  public void add(InetAddress address, int change) {
    if (isCounted(address)) {
      if (counts.length == 0) {
        counts = new int[GROUPS];
      }
      counts[group(address)] += change;
    }
  }

  private static boolean isCounted(InetAddress address) {
    return Scope.of(address) == Scope.GLOBAL;
  }

  private int group(InetAddress address) {
    ByteBuffer raw = ByteBuffer.wrap(address.getAddress());
    long source =
        switch (Family.of(address)) {
          case IPV4 -> raw.getInt();
          case IPV6 -> raw.getLong();
        };
    long hash = (source ^ salt) * 0x9E3779B97F4A7C15L;
    hash = (hash ^ hash >>> 32 ^ salt >>> 7) * 0xC2B2AE3D27D4EB4FL;
    return (int) (hash >>> 40) & GROUPS - 1;
  }
}
