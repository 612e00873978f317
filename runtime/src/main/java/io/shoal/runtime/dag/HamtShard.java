package io.shoal.runtime.dag;

import io.shoal.api.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The rules of sharded folders (UnixFS HAMT): a name's 64-bit hash is cut from its high end into
/// pieces, and the piece of level *k* chooses the bucket in the shard of that level. A link's name
/// is the bucket in upper-case hex, followed by the entry's name; the bucket alone leads to the
/// next level's shard.
public final class HamtShard {
  /// The multicodec number of the name hash.
  static final long MURMUR3_X64_64 = 0x22;

  private static final int MIN_FANOUT = 8;
  private static final int MAX_FANOUT = 1024;

  private HamtShard() {}

  /// The hash of a name, whose pieces choose its buckets.
  public static long hash(String name) {
    return MurmurHash3.hash64(name.getBytes(StandardCharsets.UTF_8));
  }

  /// Bits of the hash that one level uses.
  static int bits(int fanout) {
    return Integer.numberOfTrailingZeros(fanout);
  }

  /// The first `levels` pieces of a hash as one number.
  static long prefix(long hash, int levels, int fanout) {
    int used = levels * bits(fanout);
    return used == 0 ? 0 : hash >>> (Long.SIZE - used);
  }

  /// How many levels the hash has pieces for.
  public static int maxLevels(int fanout) {
    return Long.SIZE / bits(fanout);
  }

  public static int bucket(long hash, int level, int fanout) {
    return (int) (prefix(hash, level + 1, fanout) & (fanout - 1));
  }

  static int digits(int fanout) {
    return Integer.toHexString(fanout - 1).length();
  }

  public static String linkPrefix(int bucket, int fanout) {
    return String.format("%0" + digits(fanout) + "X", bucket);
  }

  /// The bitmap of used buckets: one big-endian number without leading zero bytes.
  public static byte[] bitmap(List<Integer> buckets, int fanout) {
    byte[] full = new byte[fanout / 8];
    for (int bucket : buckets) {
      full[full.length - 1 - bucket / 8] |= (byte) (1 << (bucket % 8));
    }
    int zeros = 0;
    while (zeros < full.length && full[zeros] == 0) {
      zeros++;
    }
    byte[] trimmed = new byte[full.length - zeros];
    System.arraycopy(full, zeros, trimmed, 0, trimmed.length);
    return trimmed;
  }

  static UnixNode.Shard decode(PbNode node, UnixFsData data) throws MalformedDataException {
    int fanout = fanout(data);
    int digits = digits(fanout);
    List<UnixNode.Slot> slots = new ArrayList<>(node.links().size());
    List<Integer> buckets = new ArrayList<>(node.links().size());
    for (PbLink link : node.links()) {
      String name = link.name().orElse("");
      int bucket = bucket(name, digits);
      if (bucket >= fanout || !buckets.isEmpty() && bucket <= buckets.getLast()) {
        throw new MalformedDataException("a sharded folder's buckets are out of range or order");
      }
      buckets.add(bucket);
      slots.add(
          new UnixNode.Slot(
              bucket, new UnixNode.Entry(name.substring(digits), link.hash(), link.tsize())));
    }
    requireBitmap(data.data().orElse(new byte[0]), buckets, fanout);
    return new UnixNode.Shard(fanout, slots, data.attributes());
  }

  private static int fanout(UnixFsData data) throws MalformedDataException {
    long fanout = data.fanout().orElse(0);
    if (data.hashType().orElse(-1) != MURMUR3_X64_64) {
      throw new MalformedDataException(
          "a sharded folder uses another name hash than murmur3-x64-64");
    }
    if (fanout < MIN_FANOUT || fanout > MAX_FANOUT || Long.bitCount(fanout) != 1) {
      throw new MalformedDataException("a sharded folder has the fanout " + fanout);
    }
    return (int) fanout;
  }

  private static int bucket(String linkName, int digits) throws MalformedDataException {
    int bucket = 0;
    for (int i = 0; i < digits; i++) {
      int digit = i < linkName.length() ? "0123456789ABCDEF".indexOf(linkName.charAt(i)) : -1;
      if (digit < 0) {
        throw new MalformedDataException("a sharded folder's link does not begin with its bucket");
      }
      bucket = bucket << 4 | digit;
    }
    return bucket;
  }

  /// Leading zero bytes may be there or not.
  private static void requireBitmap(byte[] bitmap, List<Integer> buckets, int fanout)
      throws MalformedDataException {
    byte[] due = bitmap(buckets, fanout);
    int extra = bitmap.length - due.length;
    boolean same = extra >= 0 && bitmap.length <= fanout / 8;
    for (int i = 0; same && i < bitmap.length; i++) {
      same = bitmap[i] == (i < extra ? 0 : due[i - extra]);
    }
    if (!same) {
      throw new MalformedDataException("a sharded folder's bitmap does not match its links");
    }
  }
}
