package io.shoal.runtime.dag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;

/// From a leaf to its places: for each position a chain through the occurrences in the distinct
/// file contents. Twelve bytes an occurrence, since a large file has a million.
final class Places {
  private static final int NONE = -1;

  private final List<TreePlan.Content> contents = new ArrayList<>();
  private final List<List<TreePlan.PlannedFile>> filesOf = new ArrayList<>();
  private final int[] first;
  private final int[] next;
  private final int[] content;
  private final int[] starts;

  Places(int positions, List<TreePlan.PlannedFile> files) {
    IdentityHashMap<TreePlan.Content, Integer> numbers = new IdentityHashMap<>();
    for (TreePlan.PlannedFile file : files) {
      int number = numbers.computeIfAbsent(file.content(), c -> contents.size());
      if (number == contents.size()) {
        contents.add(file.content());
        filesOf.add(new ArrayList<>(1));
      }
      filesOf.get(number).add(file);
    }
    starts = new int[contents.size() + 1];
    for (int c = 0; c < contents.size(); c++) {
      starts[c + 1] = starts[c] + contents.get(c).leafCount();
    }
    int occurrences = starts[contents.size()];
    first = new int[positions];
    Arrays.fill(first, NONE);
    next = new int[occurrences];
    content = new int[occurrences];
    // From the end, so that the chains run in order.
    for (int c = contents.size() - 1; c >= 0; c--) {
      for (int leaf = contents.get(c).leafCount() - 1; leaf >= 0; leaf--) {
        int ref = contents.get(c).leaf(leaf);
        if (ref >= 0) {
          int occurrence = starts[c] + leaf;
          content[occurrence] = c;
          next[occurrence] = first[ref];
          first[ref] = occurrence;
        }
      }
    }
  }

  boolean isLeaf(int position) {
    return first[position] != NONE;
  }

  void forEach(int position, TreePlan.PlaceSink sink) {
    for (int at = first[position]; at != NONE; at = next[at]) {
      int number = content[at];
      int leaf = at - starts[number];
      TreePlan.Content bytes = contents.get(number);
      for (TreePlan.PlannedFile file : filesOf.get(number)) {
        sink.place(file, bytes.offset(leaf), bytes.leafBytes(leaf));
      }
    }
  }
}
