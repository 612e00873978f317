package io.shoal.transport.http.content;

import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// A node of a sharded folder. The name's hash, of 64 bits, picks a link at each level: its next
/// bits, the most significant first, as upper hex digits at the begin of the link's name. A link
/// with the digits alone leads to the shard below.
record HamtShard(int bits, int digits, List<DagPb.Link> links) {
  private static final int MAX_FANOUT = 1_024;
  private static final int HASH_BITS = 64;

  static HamtShard of(DagPb node, UnixFs data) throws MalformedDataException {
    long fanout = data.fanout();
    if (fanout < 8 || fanout > MAX_FANOUT || Long.bitCount(fanout) != 1) {
      throw new MalformedDataException("a sharded folder has the fanout " + fanout);
    }
    int bits = Long.numberOfTrailingZeros(fanout);
    return new HamtShard(bits, (bits + 3) / 4, node.links());
  }

  /// The link for a name at a level: to its entry, or to the shard that leads to it.
  Optional<DagPb.Link> find(String name, int level) {
    int from = level * bits;
    if (from + bits > HASH_BITS) {
      return Optional.empty();
    }
    long bucket = hash(name) >>> (HASH_BITS - from - bits) & (1L << bits) - 1;
    String prefix = String.format("%0" + digits + "X", bucket);
    return links.stream()
        .filter(link -> link.name().equals(prefix) || link.name().equals(prefix + name))
        .findFirst();
  }

  boolean isShard(DagPb.Link link) {
    return link.name().length() == digits;
  }

  /// MurmurHash3-x64-128 with seed 0: its first 64 bits.
  static long hash(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long h1 = 0;
    long h2 = 0;
    while (in.remaining() >= 2 * Long.BYTES) {
      h1 = Long.rotateLeft(h1 ^ mix1(in.getLong()), 27) + h2;
      h1 = h1 * 5 + 0x52dce729;
      h2 = Long.rotateLeft(h2 ^ mix2(in.getLong()), 31) + h1;
      h2 = h2 * 5 + 0x38495ab5;
    }
    ByteBuffer tail = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).put(in);
    h1 ^= mix1(tail.getLong(0));
    h2 ^= mix2(tail.getLong(Long.BYTES));
    h1 ^= bytes.length;
    h2 ^= bytes.length;
    h1 += h2;
    h2 += h1;
    return finish(h1) + finish(h2);
  }

  private static final long C1 = 0x87c37b91114253d5L;
  private static final long C2 = 0x4cf5ad432745937fL;

  private static long mix1(long k) {
    return Long.rotateLeft(k * C1, 31) * C2;
  }

  private static long mix2(long k) {
    return Long.rotateLeft(k * C2, 33) * C1;
  }

  private static long finish(long h) {
    long k = h;
    k = (k ^ k >>> 33) * 0xff51afd7ed558ccdL;
    k = (k ^ k >>> 33) * 0xc4ceb9fe1a85ec53L;
    return k ^ k >>> 33;
  }
}
