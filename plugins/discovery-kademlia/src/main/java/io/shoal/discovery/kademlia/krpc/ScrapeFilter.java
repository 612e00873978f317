package io.shoal.discovery.kademlia.krpc;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.Optional;

/// The Bloom filter of BEP 33: shows about how many addresses are in a swarm without naming them.
/// This node fills filters for others and counts none itself. Not thread-safe.
public final class ScrapeFilter {
  static final int SIZE_BYTES = 256;
  private static final int SIZE_BITS = SIZE_BYTES * 8;

  private final BitSet bits;

  public ScrapeFilter() {
    this(new BitSet(SIZE_BITS));
  }

  private ScrapeFilter(BitSet bits) {
    this.bits = bits;
  }

  /// Empty if it has not the size of a filter.
  public static Optional<ScrapeFilter> read(Bytes in) {
    return in.length() == SIZE_BYTES
        ? Optional.of(new ScrapeFilter(BitSet.valueOf(in.toArray())))
        : Optional.empty();
  }

  public void add(InetAddress address) {
    byte[] hash = sha1(address.getAddress());
    bits.set(index(hash, 0));
    bits.set(index(hash, 2));
  }

  private static int index(byte[] hash, int at) {
    return ((hash[at] & 0xff) | (hash[at + 1] & 0xff) << 8) % SIZE_BITS;
  }

  public Bytes bytes() {
    byte[] set = bits.toByteArray();
    byte[] out = new byte[SIZE_BYTES];
    System.arraycopy(set, 0, out, 0, set.length);
    return Bytes.of(out);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ScrapeFilter that && bits.equals(that.bits);
  }

  @Override
  public int hashCode() {
    return bits.hashCode();
  }

  private static byte[] sha1(byte[] in) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(in);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-1", e);
    }
  }
}
