package io.shoal.storage.filesystem.chunk;

import io.shoal.api.Cid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where every chunk lies: a multimap from key to places, in 65 to 75 bytes a place for digests of
/// up to 32 bytes. A place is either the store's own ([#OWNED]) or a run of an adopted file, named
/// by the file's number, in which the chunk may follow itself many times. In memory only, not
/// thread-safe.
///
/// The places of one key form a chain whose head is the owned place if there is one; the places of
/// one file form a list whose first entry the caller keeps.
///
/// Longer than others, since all of it reads and writes the words of one table.
public final class ChunkIndex {
  /// The file number of the store's own chunks.
  public static final int OWNED = 0;

  /// No entry.
  public static final int NONE = -1;

  /// The highest file number: 26 bits beside size, function and codec in one word.
  public static final int MAX_FILE = (1 << 26) - 1;

  private static final int PAGE_BITS = 10;
  private static final int PAGE_ENTRIES = 1 << PAGE_BITS;

  // The words of an entry: four of digest, then the offset, then size (22 bits), function (8),
  // codec (8) and file (26).
  private static final int DIGEST_WORDS = 4;
  private static final int OFFSET = 4;
  private static final int META = 5;
  private static final int ENTRY_WORDS = 6;

  /// Entries whose claim was taken back while their file has others: still in the file's list, in
  /// no chain.
  private static final int DEAD = 0xff;

  /// Functions and codecs that can be told apart; about ten are in use in the world.
  private static final int MAX_NAMES = 0xfe;

  private record Kind(long code, int digestBytes) {}

  private final long seed;
  private final List<Kind> kinds = new ArrayList<>();
  private final List<Long> codecs = new ArrayList<>();
  private final List<long[]> pages = new ArrayList<>();
  private final EntryLinks links = new EntryLinks();
  // The rest of digests of more than 32 bytes, made when the first one comes.
  private final List<long @Nullable []> tails = new ArrayList<>();
  private int[] table = new int[1 << 10];
  private int entries;
  private int freeEntry = NONE;
  private int keys;
  private long ownedBytes;
  private long adoptedBytes;

  /// @param seed keeps strangers from choosing chunks that fall into one slot
  public ChunkIndex(long seed) {
    this.seed = seed | 1;
    codecs.add(Cid.RAW);
  }

  /// The number that keeps strangers from choosing what falls into one slot.
  public long seed() {
    return seed;
  }

  /// Adds a place where the chunk is once.
  public int add(
      ChunkKey key, int sizeBytes, long codec, int file, long offsetBytes, int nextInFile) {
    return add(key, sizeBytes, codec, file, offsetBytes, 1, nextInFile);
  }

  /// Adds a place.
  ///
  /// @param times how often the chunk follows itself there
  /// @param nextInFile the file's first entry until now, or [#NONE]
  /// @return the entry, which is the file's first one now
  public int add(
      ChunkKey key,
      int sizeBytes,
      long codec,
      int file,
      long offsetBytes,
      int times,
      int nextInFile) {
    int entry = newEntry();
    int kind = kindNumber(key);
    long[] page = page(entry);
    int base = base(entry);
    ByteBuffer digest = ByteBuffer.wrap(Arrays.copyOf(key.digest(), ChunkKey.MAX_DIGEST_BYTES));
    for (int i = 0; i < DIGEST_WORDS; i++) {
      page[base + i] = digest.getLong();
    }
    if (key.digest().length > DIGEST_WORDS * Long.BYTES) {
      long[] tail = tail(entry);
      for (int i = 0; i < DIGEST_WORDS; i++) {
        tail[tailBase(entry) + i] = digest.getLong();
      }
    }
    page[base + OFFSET] = offsetBytes;
    page[base + META] =
        (long) sizeBytes << 42 | (long) kind << 34 | (long) codecNumber(codec) << 26 | file;
    setNextInFile(entry, nextInFile);
    links.set(entry, EntryLinks.TIMES, times);
    link(key, entry, file);
    if (file == OWNED) {
      ownedBytes += sizeBytes;
    } else {
      adoptedBytes += (long) sizeBytes * times;
    }
    return entry;
  }

  private void link(ChunkKey key, int entry, int file) {
    if (3L * (keys + 1) > 2L * table.length) {
      grow();
    }
    int slot = slotOf(key);
    int head = table[slot] - 1;
    if (head == NONE) {
      keys++;
    }
    if (head == NONE || file == OWNED) {
      setNextOfKey(entry, head);
      table[slot] = entry + 1;
    } else {
      setNextOfKey(entry, nextOfKey(head));
      setNextOfKey(head, entry);
    }
  }

  /// The first place of a chunk, the owned one if there is one, or [#NONE].
  public int find(ChunkKey key) {
    return table[slotOf(key)] - 1;
  }

  /// The next place of the same chunk, or [#NONE].
  public int nextOfKey(int entry) {
    return links.get(entry, EntryLinks.NEXT_OF_KEY);
  }

  /// The next place in the same file, or [#NONE].
  public int nextInFile(int entry) {
    return links.get(entry, EntryLinks.NEXT_IN_FILE);
  }

  /// How often the chunk follows itself there.
  public int times(int entry) {
    return links.get(entry, EntryLinks.TIMES);
  }

  /// Takes claims back at the end of a run of a file.
  ///
  /// @param times how many stay, at least one
  public void setTimes(int entry, int times) {
    adoptedBytes += (long) sizeBytes(entry) * (times - times(entry));
    links.set(entry, EntryLinks.TIMES, times);
  }

  public boolean dead(int entry) {
    return kind(entry) == DEAD;
  }

  public int file(int entry) {
    return (int) (meta(entry) & MAX_FILE);
  }

  public int sizeBytes(int entry) {
    return (int) (meta(entry) >>> 42);
  }

  public long offsetBytes(int entry) {
    return page(entry)[base(entry) + OFFSET];
  }

  public long codec(int entry) {
    return codecs.get((int) (meta(entry) >>> 26) & 0xff);
  }

  public ChunkKey key(int entry) {
    Kind kind = kinds.get(kind(entry));
    ByteBuffer digest = ByteBuffer.allocate(ChunkKey.MAX_DIGEST_BYTES);
    for (int i = 0; i < DIGEST_WORDS; i++) {
      digest.putLong(page(entry)[base(entry) + i]);
    }
    if (kind.digestBytes() > DIGEST_WORDS * Long.BYTES) {
      for (int i = 0; i < DIGEST_WORDS; i++) {
        digest.putLong(tail(entry)[tailBase(entry) + i]);
      }
    }
    return new ChunkKey(kind.code(), Arrays.copyOf(digest.array(), kind.digestBytes()));
  }

  /// Takes one place of an owned chunk away and frees its entry.
  public void removeOwned(int entry) {
    unlink(entry);
    free(entry);
  }

  /// Takes one claim back; its entry stays in the list of its file until [#removeFile].
  public void removeClaim(int entry) {
    unlink(entry);
    page(entry)[base(entry) + META] |= (long) DEAD << 34;
  }

  /// Takes all places of a file away.
  public void removeFile(int firstInFile) {
    int entry = firstInFile;
    while (entry != NONE) {
      int next = nextInFile(entry);
      if (!dead(entry)) {
        unlink(entry);
      }
      free(entry);
      entry = next;
    }
  }

  /// How many entry numbers were ever in use: all entries are below.
  public int entries() {
    return entries;
  }

  /// Whether an entry is the first place of a chunk.
  public boolean headOfKey(int entry) {
    return !dead(entry) && find(key(entry)) == entry;
  }

  public long chunks() {
    return keys;
  }

  public long ownedBytes() {
    return ownedBytes;
  }

  public long adoptedBytes() {
    return adoptedBytes;
  }

  private void unlink(int entry) {
    int slot = slotOf(key(entry));
    int at = table[slot] - 1;
    if (at == entry) {
      int next = nextOfKey(entry);
      if (next == NONE) {
        clear(slot);
      } else {
        table[slot] = next + 1;
      }
    } else {
      while (nextOfKey(at) != entry) {
        at = nextOfKey(at);
      }
      setNextOfKey(at, nextOfKey(entry));
    }
    if (file(entry) == OWNED) {
      ownedBytes -= sizeBytes(entry);
    } else {
      adoptedBytes -= (long) sizeBytes(entry) * times(entry);
    }
  }

  /// Empties a slot and closes the gap, so that no search ends early at it.
  private void clear(int slot) {
    keys--;
    int mask = table.length - 1;
    int gap = slot;
    for (int at = gap + 1 & mask; table[at] != 0; at = at + 1 & mask) {
      int home = home(page(table[at] - 1)[base(table[at] - 1)]);
      if ((at - home & mask) >= (at - gap & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = 0;
  }

  private void grow() {
    int[] old = table;
    table = new int[old.length * 2];
    int mask = table.length - 1;
    for (int stored : old) {
      if (stored != 0) {
        int at = home(page(stored - 1)[base(stored - 1)]);
        while (table[at] != 0) {
          at = at + 1 & mask;
        }
        table[at] = stored;
      }
    }
  }

  /// The slot of the key's first place, or the empty slot where it belongs.
  private int slotOf(ChunkKey key) {
    ByteBuffer digest = ByteBuffer.wrap(Arrays.copyOf(key.digest(), ChunkKey.MAX_DIGEST_BYTES));
    int kind = kindOf(key);
    int mask = table.length - 1;
    int at = home(digest.getLong(0));
    while (table[at] != 0 && !holds(table[at] - 1, kind, digest)) {
      at = at + 1 & mask;
    }
    return at;
  }

  private boolean holds(int entry, int kind, ByteBuffer digest) {
    if (kind(entry) != kind) {
      return false;
    }
    for (int i = 0; i < DIGEST_WORDS; i++) {
      if (page(entry)[base(entry) + i] != digest.getLong(i * Long.BYTES)) {
        return false;
      }
    }
    if (kinds.get(kind).digestBytes() <= DIGEST_WORDS * Long.BYTES) {
      return true;
    }
    for (int i = 0; i < DIGEST_WORDS; i++) {
      if (tail(entry)[tailBase(entry) + i] != digest.getLong((DIGEST_WORDS + i) * Long.BYTES)) {
        return false;
      }
    }
    return true;
  }

  private int home(long firstWord) {
    return (int) (firstWord * seed >>> 33) & table.length - 1;
  }

  /// @return its number, or [#NONE]
  private int kindOf(ChunkKey key) {
    for (int number = 0; number < kinds.size(); number++) {
      Kind kind = kinds.get(number);
      if (kind.code() == key.code() && kind.digestBytes() == key.digest().length) {
        return number;
      }
    }
    return NONE;
  }

  private int kindNumber(ChunkKey key) {
    int known = kindOf(key);
    if (known != NONE) {
      return known;
    }
    if (kinds.size() == MAX_NAMES) {
      throw new IllegalArgumentException(
          "a store takes %d hash functions, and 0x%x is one more".formatted(MAX_NAMES, key.code()));
    }
    kinds.add(new Kind(key.code(), key.digest().length));
    return kinds.size() - 1;
  }

  private int codecNumber(long codec) {
    int known = codecs.indexOf(codec);
    if (known >= 0) {
      return known;
    }
    if (codecs.size() == MAX_NAMES) {
      return 0; // the codec is a courtesy: a store may report any chunk as raw
    }
    codecs.add(codec);
    return codecs.size() - 1;
  }

  private int newEntry() {
    if (freeEntry != NONE) {
      int entry = freeEntry;
      freeEntry = nextOfKey(entry);
      return entry;
    }
    if (entries == pages.size() << PAGE_BITS) {
      pages.add(new long[PAGE_ENTRIES * ENTRY_WORDS]);
      tails.add(null);
    }
    return entries++;
  }

  private void free(int entry) {
    page(entry)[base(entry) + META] = (long) DEAD << 34;
    setNextOfKey(entry, freeEntry);
    setNextInFile(entry, NONE);
    freeEntry = entry;
  }

  private int kind(int entry) {
    return (int) (meta(entry) >>> 34) & 0xff;
  }

  private long meta(int entry) {
    return page(entry)[base(entry) + META];
  }

  private long[] page(int entry) {
    return pages.get(entry >>> PAGE_BITS);
  }

  private static int base(int entry) {
    return (entry & PAGE_ENTRIES - 1) * ENTRY_WORDS;
  }

  private long[] tail(int entry) {
    long[] tail = tails.get(entry >>> PAGE_BITS);
    if (tail == null) {
      tail = new long[PAGE_ENTRIES * DIGEST_WORDS];
      tails.set(entry >>> PAGE_BITS, tail);
    }
    return tail;
  }

  private static int tailBase(int entry) {
    return (entry & PAGE_ENTRIES - 1) * DIGEST_WORDS;
  }

  private void setNextOfKey(int entry, int next) {
    links.set(entry, EntryLinks.NEXT_OF_KEY, next);
  }

  /// Puts another entry behind one in their file's list.
  public void setNextInFile(int entry, int next) {
    links.set(entry, EntryLinks.NEXT_IN_FILE, next);
  }
}
