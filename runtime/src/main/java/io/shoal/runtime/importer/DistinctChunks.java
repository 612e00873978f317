package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Counts distinct chunks at eight to sixteen bytes each: by the last 64 bits of their digests,
/// which is exact enough for a number that is only shown, and lists them while they are few.
/// Confined to one thread.
final class DistinctChunks {
  private static final int FIRST_SLOTS = 64;

  /// Content of more chunks is not listed: so many take some 8 MB of the heap.
  private static final int MAX_LISTED = 50_000;

  private long[] slots = new long[FIRST_SLOTS];
  private final List<Cid> listed = new ArrayList<>();
  private int size;
  private long newChunks;
  private long newBytes;

  /// @param isNew whether the store did not have it
  void count(Cid cid, int sizeBytes, boolean isNew) {
    if (!add(key(cid))) {
      return;
    }
    if (size <= MAX_LISTED) {
      listed.add(cid);
    } else {
      listed.clear();
    }
    if (isNew) {
      newChunks++;
      newBytes += sizeBytes;
    }
  }

  /// All of them, unless they are too many to be listed.
  Optional<List<Cid>> all() {
    return size <= MAX_LISTED ? Optional.of(List.copyOf(listed)) : Optional.empty();
  }

  int distinct() {
    return size;
  }

  long newChunks() {
    return newChunks;
  }

  long newBytes() {
    return newBytes;
  }

  private static long key(Cid cid) {
    byte[] bytes = cid.toBytes();
    long tail = ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES);
    return tail == 0 ? 1 : tail; // zero marks a free slot
  }

  private boolean add(long key) {
    if (size * 2 >= slots.length) {
      long[] old = slots;
      slots = new long[old.length * 2];
      for (long known : old) {
        if (known != 0) {
          slots[slotOf(known)] = known;
        }
      }
    }
    int slot = slotOf(key);
    if (slots[slot] != 0) {
      return false;
    }
    slots[slot] = key;
    size++;
    return true;
  }

  private int slotOf(long key) {
    int mask = slots.length - 1;
    int slot = Long.hashCode(key) & mask;
    while (slots[slot] != 0 && slots[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
