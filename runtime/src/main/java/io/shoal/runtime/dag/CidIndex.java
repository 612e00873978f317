package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import java.util.Arrays;
import java.util.OptionalInt;

/// Numbers distinct CIDs in the order in which they come. Holds up to [DagLimits#MAX_CHUNKS] of
/// them at about ten bytes each beside the CID itself, a tenth of what a map of boxed numbers
/// takes. Confined to one thread while it grows.
final class CidIndex {
  private static final int FIRST_CAPACITY = 16;

  private Cid[] cids = new Cid[FIRST_CAPACITY];
  private int size;

  // Open addressing: position + 1, zero where free; at most half full.
  private int[] slots = new int[FIRST_CAPACITY * 2];

  int size() {
    return size;
  }

  Cid get(int position) {
    if (position >= size) {
      throw new IndexOutOfBoundsException(position);
    }
    return cids[position];
  }

  OptionalInt find(Cid cid) {
    int found = slots[slotOf(cid)];
    return found == 0 ? OptionalInt.empty() : OptionalInt.of(found - 1);
  }

  /// Adds a CID that is not there yet.
  ///
  /// @return its position
  int add(Cid cid) {
    if (size == cids.length) {
      grow();
    }
    int slot = slotOf(cid);
    if (slots[slot] != 0) {
      throw new IllegalStateException("already there: " + cid);
    }
    cids[size] = cid;
    slots[slot] = ++size;
    return size - 1;
  }

  private int slotOf(Cid cid) {
    int mask = slots.length - 1;
    // Spreads the high bits, as the slots are chosen by the low ones.
    int hash = cid.hashCode() * 0x9e3779b9;
    int slot = (hash ^ hash >>> 16) & mask;
    while (slots[slot] != 0 && !cids[slots[slot] - 1].equals(cid)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    cids = Arrays.copyOf(cids, cids.length * 2);
    slots = new int[cids.length * 2];
    for (int i = 0; i < size; i++) {
      slots[slotOf(cids[i])] = i + 1;
    }
  }
}
