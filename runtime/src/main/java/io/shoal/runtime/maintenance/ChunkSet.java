package io.shoal.runtime.maintenance;

import io.shoal.api.Cid;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A set of chunks in 12 to 24 bytes each, by 64 bits of their digests: of a million chunks, one
/// more seems to be in it once in 2^44 times. For uses where that does no harm. Confined to one
/// thread.
final class ChunkSet {
  private static final int FIRST_SLOTS = 1 << 10;

  // Open addressing, zero where free; at most two thirds full.
  private long[] slots = new long[FIRST_SLOTS];
  private int size;

  void add(Cid cid) {
    if (3L * (size + 1) > 2L * slots.length) {
      long[] old = slots;
      slots = new long[old.length * 2];
      for (long key : old) {
        if (key != 0) {
          slots[slotOf(key)] = key;
        }
      }
    }
    long key = key(cid);
    int slot = slotOf(key);
    size += slots[slot] == 0 ? 1 : 0;
    slots[slot] = key;
  }

  boolean contains(Cid cid) {
    return slots[slotOf(key(cid))] != 0;
  }

  int size() {
    return size;
  }

  private static long key(Cid cid) {
    byte[] digest = cid.multihash().digest();
    long key = ByteBuffer.wrap(Arrays.copyOf(digest, Math.max(digest.length, 8))).getLong();
    return key == 0 ? 1 : key;
  }

  private int slotOf(long key) {
    int mask = slots.length - 1;
    // Digests may be chosen so that their last bits agree, not so that these do.
    int at = (int) (key * 0x9e3779b97f4a7c15L >>> 33) & mask;
    while (slots[at] != 0 && slots[at] != key) {
      at = at + 1 & mask;
    }
    return at;
  }
}
