package io.shoal.runtime.store;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/// Claims in one file as a list of segments, each made when it is asked for: a chunk can follow
/// itself a million times. Immutable.
public final class ClaimRuns extends AbstractList<FileBacked.Segment> implements RandomAccess {
  /// A chunk that follows itself.
  ///
  /// @param times how often it is there
  public record Run(Cid cid, long offset, int sizeBytes, int times) {}

  private final List<Run> runs;

  // By run: how many segments there are up to its end.
  private final int[] ends;

  public ClaimRuns(List<Run> runs) {
    this.runs = List.copyOf(runs);
    this.ends = new int[runs.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = (i == 0 ? 0 : ends[i - 1]) + runs.get(i).times();
    }
  }

  @Override
  public FileBacked.Segment get(int i) {
    if (i < 0 || i >= size()) {
      throw new IndexOutOfBoundsException(i);
    }
    int found = Arrays.binarySearch(ends, i);
    int at = found >= 0 ? found + 1 : -found - 1;
    Run run = runs.get(at);
    int inRun = at == 0 ? i : i - ends[at - 1];
    return new FileBacked.Segment(
        run.cid(), run.offset() + (long) inRun * run.sizeBytes(), run.sizeBytes());
  }

  @Override
  public int size() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }
}
