package io.shoal.runtime.dag;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;

/// Numbers distinct CIDs in the order in which they come. Keeps their bytes in pages, at about 50
/// bytes for a CID of SHA-256, half of what the objects alone take. Confined to one thread while it
/// grows; then [#get] may be called from any.
public final class CidIndex {
  private static final int FIRST_CAPACITY = 16;

  private static final int PAGE_BITS = 16;
  private static final int PAGE_BYTES = 1 << PAGE_BITS;
  private static final int FIRST_PAGE_BYTES = 1 << 10;

  /// Beside the CID's own bytes: its length, where it lies, its slots, and its place in a plan.
  private static final int BYTES_BESIDE = 20;

  private final long seed;
  private final long multiplier;
  private final byte[] scratch = new byte[Cid.MAX_BYTES];
  private byte[][] pages = {new byte[FIRST_PAGE_BYTES]};
  private int lastPage;
  private int used;

  // Page and place in it.
  private int[] places = new int[FIRST_CAPACITY];
  private int size;

  // Open addressing: position + 1, zero where free; at most three quarters full.
  private int[] slots = new int[FIRST_CAPACITY * 2];

  /// @param root of the DAG whose CIDs these are. Its hash decides on the slots: whoever makes a
  ///   DAG cannot choose CIDs that fall into one slot, since the root's hash comes after them
  public CidIndex(Cid root) {
    byte[] bytes = root.toBytes();
    seed = hash(0x9e3779b97f4a7c15L, 0xd6e8feb86659fd93L, bytes, bytes.length);
    multiplier = hash(0xbf58476d1ce4e5b9L, 0x94d049bb133111ebL, bytes, bytes.length) | 1;
  }

  /// About how much memory a CID takes here.
  public static int bytesFor(Cid cid) {
    return cid.sizeBytes() + BYTES_BESIDE;
  }

  public int size() {
    return size;
  }

  public Cid get(int position) {
    if (position >= size) {
      throw new IndexOutOfBoundsException(position);
    }
    byte[] page = pages[places[position] >>> PAGE_BITS];
    int at = places[position] & PAGE_BYTES - 1;
    int length = Byte.toUnsignedInt(page[at]);
    try {
      return Cid.fromBytes(Arrays.copyOfRange(page, at + 1, at + 1 + length));
    } catch (MalformedDataException e) {
      throw new IllegalStateException("only CIDs were added", e);
    }
  }

  public OptionalInt find(Cid cid) {
    int found = slots[slotOf(cid)];
    return found == 0 ? OptionalInt.empty() : OptionalInt.of(found - 1);
  }

  /// Adds a CID unless it is there.
  ///
  /// @return whether it was not
  public boolean addIfAbsent(Cid cid) {
    boolean absent = slots[slotOf(cid)] == 0;
    if (absent) {
      add(cid);
    }
    return absent;
  }

  /// Adds a CID that is not there yet.
  ///
  /// @return its position
  int add(Cid cid) {
    if (4L * (size + 1) > 3L * slots.length) {
      growSlots();
    }
    int slot = slotOf(cid);
    if (slots[slot] != 0) {
      throw new IllegalStateException("already there: " + cid);
    }
    if (size == places.length) {
      places = Arrays.copyOf(places, size + (size >> 1));
    }
    places[size] = keep(cid.sizeBytes());
    slots[slot] = ++size;
    return size - 1;
  }

  /// Takes the bytes in the scratch over.
  private int keep(int length) {
    int needed = 1 + length;
    if (used + needed > pages[lastPage].length) {
      if (pages[lastPage].length < PAGE_BYTES) {
        pages[lastPage] =
            Arrays.copyOf(pages[lastPage], Math.max(pages[lastPage].length * 2, used + needed));
      } else {
        if (++lastPage == pages.length) {
          pages = Arrays.copyOf(pages, pages.length * 2);
        }
        pages[lastPage] = new byte[PAGE_BYTES];
        used = 0;
      }
    }
    byte[] page = pages[lastPage];
    int at = used;
    page[at] = (byte) length;
    System.arraycopy(scratch, 0, page, at + 1, length);
    used += needed;
    return lastPage << PAGE_BITS | at;
  }

  /// The slot of a CID, whose bytes are then in the scratch.
  private int slotOf(Cid cid) {
    int length = cid.sizeBytes();
    cid.write(ByteBuffer.wrap(scratch));
    int mask = slots.length - 1;
    int slot = (int) hash(seed, multiplier, scratch, length) & mask;
    while (slots[slot] != 0 && !holds(slots[slot] - 1, length)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private boolean holds(int position, int length) {
    byte[] page = pages[places[position] >>> PAGE_BITS];
    int at = places[position] & PAGE_BYTES - 1;
    return Byte.toUnsignedInt(page[at]) == length
        && Arrays.equals(page, at + 1, at + 1 + length, scratch, 0, length);
  }

  private void growSlots() {
    slots = new int[slots.length * 2];
    int mask = slots.length - 1;
    for (int i = 0; i < size; i++) {
      byte[] page = pages[places[i] >>> PAGE_BITS];
      int at = places[i] & PAGE_BYTES - 1;
      int length = Byte.toUnsignedInt(page[at]);
      System.arraycopy(page, at + 1, scratch, 0, length);
      int slot = (int) hash(seed, multiplier, scratch, length) & mask;
      while (slots[slot] != 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = i + 1;
    }
  }

  private static long hash(long seed, long multiplier, byte[] bytes, int length) {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    long hash = seed ^ length;
    while (in.remaining() >= Long.BYTES) {
      hash = mixed(hash ^ in.getLong(), multiplier);
    }
    long rest = 0;
    while (in.hasRemaining()) {
      rest = rest << Byte.SIZE | in.get() & 0xff;
    }
    return mixed(hash ^ rest, multiplier);
  }

  private static long mixed(long value, long multiplier) {
    return value * multiplier ^ Math.unsignedMultiplyHigh(value, multiplier);
  }
}
