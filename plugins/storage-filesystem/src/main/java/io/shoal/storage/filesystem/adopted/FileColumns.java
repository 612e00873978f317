package io.shoal.storage.filesystem.adopted;

import io.shoal.api.FileBacked.FileState;
import io.shoal.api.FileRef;
import io.shoal.storage.filesystem.chunk.ChunkIndex;
import io.shoal.storage.filesystem.disk.FileStamp;
import io.shoal.storage.filesystem.journal.ExpectedFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The state of each file in columns by its number, and the files by their paths: about 110 bytes a
/// file, where objects would take 500. Files of one folder share its path. Not thread-safe.
final class FileColumns {
  /// No file: the number of the store's own chunks.
  static final int NONE = ChunkIndex.OWNED;

  /// Whether the journal knows it.
  static final int JOURNALED = 1;

  /// Whether it changed and its claims are gone; it is remembered so that `status` can report it.
  static final int DROPPED = 2;

  /// Whether the reference was given up; the number stays taken until the journal knows.
  static final int FORGOTTEN = 4;

  private static final int GROWING = 8;
  private static final int USED = 16;

  private static final int PAGE_BITS = 10;
  private static final int PAGE_FILES = 1 << PAGE_BITS;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;
  private static final byte[] NO_NAME = {};
  private static final Page NO_FILES = new Page(new long[0], new int[0], new byte[0][]);

  // The long columns.
  private static final int SIZE = 0;
  private static final int MODIFIED = 1;
  private static final int CHANGED = 2;
  private static final int INODE = 3;
  private static final int LONGS = 4;

  // The int columns.
  private static final int FOLDER = 0;
  private static final int FLAGS = 1;
  private static final int GENERATION = 2;
  private static final int FIRST_ENTRY = 3;
  private static final int FIRST_FORCED = 4;
  private static final int INTS = 5;

  @SuppressWarnings("ArrayRecordComponent") // columns, never compared
  private record Page(long[] longs, int[] ints, byte[][] names) {
    boolean isEmpty() {
      return ints.length == 0;
    }

    static Page ofNoFile() {
      byte[][] names = new byte[PAGE_FILES][];
      Arrays.fill(names, NO_NAME);
      return new Page(new long[PAGE_FILES * LONGS], new int[PAGE_FILES * INTS], names);
    }
  }

  private final long seed;
  private final List<Page> pages = new ArrayList<>();
  private final FolderPaths folders = new FolderPaths();
  private final BitSet taken = new BitSet();

  /// No number below is free.
  private int freeFrom = NONE + 1;

  // By path: open addressing, the number or zero where free; at most two thirds full.
  private int[] table = new int[1 << 10];
  private int paths;
  private int size;

  /// @param seed keeps strangers from choosing names that fall into one slot
  FileColumns(long seed) {
    this.seed = seed | 1;
  }

  /// How many files are referred to.
  int size() {
    return size;
  }

  /// Gives a new file a number.
  int add(ExpectedFile expected) {
    int number = taken.nextClearBit(freeFrom);
    if (number > ChunkIndex.MAX_FILE) {
      throw new IllegalStateException(
          "a store refers to at most " + ChunkIndex.MAX_FILE + " files");
    }
    freeFrom = number + 1;
    put(number, expected);
    return number;
  }

  /// Puts a file under a number that is free.
  void put(int number, ExpectedFile expected) {
    taken.set(number);
    int index = number >>> PAGE_BITS;
    while (pages.size() <= index) {
      pages.add(NO_FILES);
    }
    if (pages.get(index).isEmpty()) {
      pages.set(index, Page.ofNoFile());
    }
    setInt(number, FIRST_ENTRY, ChunkIndex.NONE);
    setInt(number, FIRST_FORCED, ChunkIndex.NONE);
    setInt(number, FLAGS, USED);
    setInt(number, GENERATION, generation(number) + 1);
    size++;
    fill(number, expected);
  }

  private void fill(int number, ExpectedFile expected) {
    FileRef ref = expected.ref();
    set(number, SIZE, ref.sizeBytes());
    set(number, MODIFIED, ref.modifiedNanos());
    set(number, CHANGED, expected.changedNanos());
    set(number, INODE, ref.inode());
    flag(number, GROWING, ref.growing());
    setInt(number, FOLDER, folders.take(folderOf(ref.path())));
    page(number).names()[number & PAGE_FILES - 1] = nameOf(ref.path());
    enter(number);
  }

  /// The file has another name or looks otherwise now.
  void describe(int number, ExpectedFile expected) {
    leave(number);
    folders.release(folder(number));
    fill(number, expected);
  }

  /// The file is not referred to any more; its number is not free yet.
  void forget(int number) {
    leave(number);
    flag(number, FORGOTTEN, true);
    size--;
  }

  /// Gives the number of a forgotten file away.
  void free(int number) {
    folders.release(folder(number));
    page(number).names()[number & PAGE_FILES - 1] = NO_NAME;
    setInt(number, FLAGS, 0);
    taken.clear(number);
    freeFrom = Math.min(freeFrom, number);
  }

  /// The file that is referred to at a path, or [#NONE].
  int at(Path path) {
    OptionalInt folder = folders.find(folderOf(path));
    return folder.isEmpty() ? NONE : table[slotOf(folder.getAsInt(), nameOf(path))];
  }

  /// The next file that is referred to behind a number, or [#NONE].
  int next(int number) {
    int next = taken.nextSetBit(number + 1);
    while (next >= 0 && !isReferredTo(next)) {
      next = taken.nextSetBit(next + 1);
    }
    return Math.max(next, NONE);
  }

  /// Whether a file has the number and was not forgotten.
  boolean isReferredTo(int number) {
    return (flags(number) & (USED | FORGOTTEN)) == USED;
  }

  boolean isTaken(int number) {
    return (flags(number) & USED) != 0;
  }

  /// The file that has a number now.
  AdoptedFile file(int number) {
    return new AdoptedFile(number, generation(number));
  }

  ExpectedFile expected(int number) {
    Path path =
        folders.path(folder(number)).resolve(new String(name(number), StandardCharsets.UTF_8));
    return new ExpectedFile(
        new FileRef(
            path,
            get(number, SIZE),
            get(number, MODIFIED),
            get(number, INODE),
            is(number, GROWING)),
        get(number, CHANGED));
  }

  /// Whether a reference is to a file as it is described now, whose path is known to be its own.
  boolean isSame(int number, FileRef ref) {
    return get(number, SIZE) == ref.sizeBytes()
        && get(number, MODIFIED) == ref.modifiedNanos()
        && get(number, INODE) == ref.inode()
        && is(number, GROWING) == ref.growing();
  }

  /// A file's state, given what is on disk now.
  FileState state(int number, Optional<FileStamp> found) {
    FileStamp due =
        new FileStamp(
            true,
            get(number, SIZE),
            get(number, MODIFIED),
            get(number, CHANGED),
            get(number, INODE));
    return ExpectedFile.state(due, is(number, GROWING), found);
  }

  boolean is(int number, int flag) {
    return (flags(number) & flag) != 0;
  }

  void flag(int number, int flag, boolean value) {
    int flags = flags(number);
    setInt(number, FLAGS, value ? flags | flag : flags & ~flag);
  }

  int generation(int number) {
    return intAt(number, GENERATION);
  }

  /// The newest entry of its list in the index.
  int firstEntry(int number) {
    return intAt(number, FIRST_ENTRY);
  }

  void setFirstEntry(int number, int entry) {
    setInt(number, FIRST_ENTRY, entry);
  }

  /// The newest entry whose bytes were forced. Entries are put before the older ones, so that all
  /// behind it are forced too.
  int firstForcedEntry(int number) {
    return intAt(number, FIRST_FORCED);
  }

  void setFirstForcedEntry(int number, int entry) {
    setInt(number, FIRST_FORCED, entry);
  }

  private static Path folderOf(Path path) {
    Path folder = path.getParent();
    return folder == null ? path : folder;
  }

  private static byte[] nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? NO_NAME : name.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// A file that comes to a path takes the place of the one that was there.
  private void enter(int number) {
    if (3L * (paths + 1) > 2L * table.length) {
      grow();
    }
    int slot = slotOf(folder(number), name(number));
    paths += table[slot] == NONE ? 1 : 0;
    table[slot] = number;
  }

  private void leave(int number) {
    int slot = slotOf(folder(number), name(number));
    if (table[slot] != number) {
      return;
    }
    paths--;
    // Closes the gap, so that no search ends early at it.
    int mask = table.length - 1;
    int gap = slot;
    for (int at = gap + 1 & mask; table[at] != NONE; at = at + 1 & mask) {
      int home = home(folder(table[at]), name(table[at]));
      if ((at - home & mask) >= (at - gap & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = NONE;
  }

  private void grow() {
    int[] old = table;
    table = new int[old.length * 2];
    for (int number : old) {
      if (number != NONE) {
        table[slotOf(folder(number), name(number))] = number;
      }
    }
  }

  /// The slot of the file with that path, or the empty slot where it belongs.
  private int slotOf(int folder, byte[] name) {
    int mask = table.length - 1;
    int at = home(folder, name);
    while (table[at] != NONE
        && !(folder(table[at]) == folder && Arrays.equals(name(table[at]), name))) {
      at = at + 1 & mask;
    }
    return at;
  }

  private int home(int folder, byte[] name) {
    long hash = folder;
    for (byte each : name) {
      hash = hash * seed + each;
    }
    // Short names leave the high bits of a small seed's products empty.
    return (int) ((hash ^ hash >>> 32) * SPREAD >>> 33) & table.length - 1;
  }

  private int folder(int number) {
    return intAt(number, FOLDER);
  }

  private byte[] name(int number) {
    return page(number).names()[number & PAGE_FILES - 1];
  }

  private int flags(int number) {
    int index = number >>> PAGE_BITS;
    boolean there = index < pages.size() && !pages.get(index).isEmpty();
    return there ? intAt(number, FLAGS) : 0;
  }

  private Page page(int number) {
    return pages.get(number >>> PAGE_BITS);
  }

  private long get(int number, int column) {
    return page(number).longs()[(number & PAGE_FILES - 1) * LONGS + column];
  }

  private void set(int number, int column, long value) {
    page(number).longs()[(number & PAGE_FILES - 1) * LONGS + column] = value;
  }

  private int intAt(int number, int column) {
    return page(number).ints()[(number & PAGE_FILES - 1) * INTS + column];
  }

  private void setInt(int number, int column, int value) {
    page(number).ints()[(number & PAGE_FILES - 1) * INTS + column] = value;
  }
}
