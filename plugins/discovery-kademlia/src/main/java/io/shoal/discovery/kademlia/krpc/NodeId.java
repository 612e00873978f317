package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// A point of the 160-bit key space: a node's id, or a key under which providers are announced.
///
/// Held in three numbers rather than an array, since tables and simulations hold very many and
/// compare them all the time.
public record NodeId(long high, long middle, int low) implements Comparable<NodeId> {
  public static final int SIZE_BYTES = 20;
  public static final int SIZE_BITS = 160;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /// Reads 20 bytes at `offset`.
  public static NodeId of(byte[] bytes, int offset) {
    return new NodeId(
        (long) LONGS.get(bytes, offset),
        (long) LONGS.get(bytes, offset + Long.BYTES),
        (int) INTS.get(bytes, offset + 2 * Long.BYTES));
  }

  /// Writes 20 bytes at `offset`.
  void copyTo(byte[] out, int offset) {
    LONGS.set(out, offset, high);
    LONGS.set(out, offset + Long.BYTES, middle);
    INTS.set(out, offset + 2 * Long.BYTES, low);
  }

  public static NodeId random(RandomGenerator random) {
    return new NodeId(random.nextLong(), random.nextLong(), random.nextInt());
  }

  public Bytes bytes() {
    byte[] out = new byte[SIZE_BYTES];
    copyTo(out, 0);
    return Bytes.of(out);
  }

  /// How many leading bits are the same, 0 to 160.
  public int commonPrefixBits(NodeId other) {
    if (high != other.high) {
      return Long.numberOfLeadingZeros(high ^ other.high);
    }
    if (middle != other.middle) {
      return 64 + Long.numberOfLeadingZeros(middle ^ other.middle);
    }
    return 128 + Integer.numberOfLeadingZeros(low ^ other.low);
  }

  /// Which of two ids is closer to this one by XOR: negative for `a`, positive for `b`, 0 if they
  /// are the same.
  public int compareDistance(NodeId a, NodeId b) {
    if (a.high != b.high) {
      return Long.compareUnsigned(high ^ a.high, high ^ b.high);
    }
    if (a.middle != b.middle) {
      return Long.compareUnsigned(middle ^ a.middle, middle ^ b.middle);
    }
    return Integer.compareUnsigned(low ^ a.low, low ^ b.low);
  }

  /// The id that begins with the first `bits` bits of this one and goes on as `other`.
  public NodeId headThen(int bits, NodeId other) {
    byte[] head = bytes().toArray();
    byte[] out = other.bytes().toArray();
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >>> (bit & 7);
      int at = bit >> 3;
      out[at] = (byte) (out[at] & ~mask | head[at] & mask);
    }
    return of(out, 0);
  }

  /// A random id that shares exactly the first `bits` bits with this one, `bits` below 160.
  public NodeId randomAtPrefix(int bits, RandomGenerator random) {
    byte[] mine = bytes().toArray();
    byte[] out = random(random).bytes().toArray();
    for (int bit = 0; bit <= bits; bit++) {
      int mask = 0x80 >>> (bit & 7);
      boolean set = (mine[bit >> 3] & mask) != 0;
      // The bit behind the prefix is the other one, so that the id lies in that bucket and no
      // nearer.
      boolean wanted = (bit == bits) != set;
      out[bit >> 3] = (byte) (wanted ? out[bit >> 3] | mask : out[bit >> 3] & ~mask);
    }
    return of(out, 0);
  }

  /// The lowest id that shares the first `bits` bits with this one.
  public NodeId firstAtPrefix(int bits) {
    return new NodeId(
        high & mask(bits), middle & mask(bits - 64), low & (int) (mask(bits - 128) >>> 32));
  }

  /// The highest id that shares the first `bits` bits with this one.
  public NodeId lastAtPrefix(int bits) {
    return new NodeId(
        high | ~mask(bits), middle | ~mask(bits - 64), low | (int) (~mask(bits - 128) >>> 32));
  }

  private static long mask(int bits) {
    return bits <= 0 ? 0 : bits >= 64 ? -1 : -1L << 64 - bits;
  }

  /// How far two ids are apart, as a part of the key space: 0 to 1.
  public double distancePart(NodeId other) {
    long apart = high ^ other.high;
    return (apart >>> 11) * 0x1p-53;
  }

  // What a record has by itself comes through method handles, which is a tenth of all that a busy
  // node does.

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeId that
        && high == that.high
        && middle == that.middle
        && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * (31 * high + middle) + low);
  }

  @Override
  public int compareTo(NodeId other) {
    return new NodeId(0, 0, 0).compareDistance(this, other);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes().toArray());
  }
}
