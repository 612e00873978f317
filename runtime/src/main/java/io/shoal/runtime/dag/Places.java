package io.shoal.runtime.dag;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// From a leaf to its places: for each position a chain through the runs of the distinct file
/// contents, and through the files that are this one leaf. Four bytes for a run or file.
final class Places {
  private static final int NONE = -1;

  private final PlannedEntries entries;
  private final List<TreePlan.Content> contents;
  private final int[] first;

  // By run of all contents, and then by file: the next run or file with the same leaf; of a file
  // that has a content, the next one with the same content.
  private final int[] next;

  // By content: where its runs begin, the first file that has it, and how many have it.
  private final int[] starts;
  private final int[] firstFile;
  private final int[] fileCounts;
  private final int runs;

  Places(int positions, PlannedEntries entries) {
    this.entries = entries;
    this.contents = entries.contents();
    starts = new int[contents.size() + 1];
    for (int c = 0; c < contents.size(); c++) {
      starts[c + 1] = starts[c] + contents.get(c).runCount();
    }
    runs = starts[contents.size()];
    first = new int[positions];
    Arrays.fill(first, NONE);
    next = new int[runs + entries.fileCount()];
    firstFile = new int[contents.size()];
    Arrays.fill(firstFile, NONE);
    fileCounts = new int[contents.size()];
    // From the end, so that the chains run in order.
    for (int file = entries.fileCount() - 1; file >= 0; file--) {
      int content = entries.contentOf(file);
      if (content >= 0) {
        next[runs + file] = firstFile[content];
        firstFile[content] = file;
        fileCounts[content]++;
      } else if (entries.leafOf(file) >= 0) {
        link(entries.leafOf(file), runs + file);
      }
    }
    for (int c = contents.size() - 1; c >= 0; c--) {
      if (firstFile[c] == NONE) {
        continue; // its files are left out
      }
      for (int run = contents.get(c).runCount() - 1; run >= 0; run--) {
        if (contents.get(c).leaf(run) >= 0) {
          link(contents.get(c).leaf(run), starts[c] + run);
        }
      }
    }
  }

  private void link(int position, int occurrence) {
    next[occurrence] = first[position];
    first[position] = occurrence;
  }

  boolean isLeaf(int position) {
    return first[position] != NONE;
  }

  long count(int position) {
    long count = 0;
    for (int at = first[position]; at != NONE; at = next[at]) {
      if (at >= runs) {
        count++;
      } else {
        int content = contentAt(at);
        count += (long) contents.get(content).times(at - starts[content]) * fileCounts[content];
      }
    }
    return count;
  }

  long unsizedCount(int position) {
    long count = 0;
    for (int at = first[position]; at != NONE; at = next[at]) {
      count += at >= runs ? 1 : 0;
    }
    return count;
  }

  long leafBytes(int position) {
    int at = first[position];
    if (at == NONE || at >= runs) {
      return TreePlan.UNKNOWN_SIZE;
    }
    int content = contentAt(at);
    return contents.get(content).leafBytes(at - starts[content]);
  }

  private int contentAt(int run) {
    int found = Arrays.binarySearch(starts, run);
    int content = found >= 0 ? found : -found - 2;
    // Contents without a run begin where the next one does.
    while (starts[content + 1] == run) {
      content++;
    }
    return content;
  }

  Iterable<TreePlan.Run> of(int position) {
    return () -> new Chain(first[position]);
  }

  /// Makes the places one by one: there can be more of them than would fit into memory.
  private final class Chain implements Iterator<TreePlan.Run> {
    private int at;

    /// The next file with the content that the run `at` is of.
    private int file = NONE;

    Chain(int begin) {
      enter(begin);
    }

    private void enter(int occurrence) {
      at = occurrence;
      if (at != NONE && at < runs) {
        file = firstFile[contentAt(at)];
      }
    }

    @Override
    public boolean hasNext() {
      return at != NONE;
    }

    @Override
    public TreePlan.Run next() {
      if (at == NONE) {
        throw new NoSuchElementException();
      }
      if (at >= runs) {
        TreePlan.PlannedFile single = entries.file(at - runs);
        enter(next[at]);
        return new TreePlan.Run(single, 0, TreePlan.UNKNOWN_SIZE, 1);
      }
      int content = contentAt(at);
      int run = at - starts[content];
      TreePlan.Content bytes = contents.get(content);
      TreePlan.PlannedFile current = entries.file(file);
      file = next[runs + file];
      if (file == NONE) {
        enter(next[at]);
      }
      return new TreePlan.Run(current, bytes.offset(run), bytes.leafBytes(run), bytes.times(run));
    }
  }
}
