package io.shoal.discovery.lan;

/// How many packets are read: so many a second, and as many at once. Confined to one thread.
final class PacketQuota {
  private static final long NANOS_A_SECOND = 1_000_000_000;

  private final long packetsASecond;
  private long credit;
  private long lastNanos;

  PacketQuota(int packetsASecond, long nowNanos) {
    this.packetsASecond = packetsASecond;
    this.credit = packetsASecond * NANOS_A_SECOND;
    this.lastNanos = nowNanos;
  }

  /// Whether one more is read now.
  boolean take(long nowNanos) {
    long passed = Math.min(nowNanos - lastNanos, NANOS_A_SECOND);
    lastNanos = nowNanos;
    credit = Math.min(credit + passed * packetsASecond, packetsASecond * NANOS_A_SECOND);
    if (credit < NANOS_A_SECOND) {
      return false;
    }
    credit -= NANOS_A_SECOND;
    return true;
  }
}
