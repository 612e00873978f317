package io.shoal.storage.filesystem.chunk;

import java.util.ArrayList;
import java.util.List;

/// Three numbers of each entry of [ChunkIndex]: the next one of its key, the next one in its file,
/// and how often the chunk is there. Not thread-safe.
final class EntryLinks {
  static final int NEXT_OF_KEY = 0;
  static final int NEXT_IN_FILE = 1;
  static final int TIMES = 2;

  private static final int COUNT = 3;
  private static final int PAGE_BITS = 10;
  private static final int PAGE_ENTRIES = 1 << PAGE_BITS;

  private final List<int[]> pages = new ArrayList<>();

  int get(int entry, int which) {
    return pages.get(entry >>> PAGE_BITS)[at(entry, which)];
  }

  /// @param entry at most one more than there are
  void set(int entry, int which, int value) {
    if (entry >>> PAGE_BITS == pages.size()) {
      pages.add(new int[PAGE_ENTRIES * COUNT]);
    }
    pages.get(entry >>> PAGE_BITS)[at(entry, which)] = value;
  }

  private static int at(int entry, int which) {
    return COUNT * (entry & PAGE_ENTRIES - 1) + which;
  }
}
