package io.shoal.storage.filesystem.adopted;

import io.shoal.api.FileBacked.Segment;
import io.shoal.storage.filesystem.journal.ClaimedRun;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.function.Supplier;

/// The claims of a file in order of offset, looked up when they are first asked for: many callers
/// want to know of the file alone. Each segment is made when it is asked for, since a chunk can
/// follow itself a million times. Usable from any thread.
final class ClaimedSegments extends AbstractList<Segment> implements RandomAccess {
  private final Supplier<List<ClaimedRun>> claims;
  private Optional<Found> found = Optional.empty();

  /// @param ends by run: how many segments there are up to its end
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Found(List<ClaimedRun> runs, int[] ends) {
    static Found of(List<ClaimedRun> all) {
      List<ClaimedRun> sorted = new ArrayList<>(all);
      sorted.sort(Comparator.comparingLong(ClaimedRun::offsetBytes));
      List<ClaimedRun> distinct = new ArrayList<>(sorted.size());
      for (ClaimedRun run : sorted) {
        if (distinct.isEmpty() || !distinct.getLast().equals(run)) {
          distinct.add(run);
        }
      }
      int[] ends = new int[distinct.size()];
      for (int i = 0; i < ends.length; i++) {
        ends[i] = Math.addExact(i == 0 ? 0 : ends[i - 1], distinct.get(i).times());
      }
      return new Found(distinct, ends);
    }

    int size() {
      return ends.length == 0 ? 0 : ends[ends.length - 1];
    }
  }

  /// @param claims in any order
  ClaimedSegments(Supplier<List<ClaimedRun>> claims) {
    this.claims = claims;
  }

  private synchronized Found found() {
    if (found.isEmpty()) {
      found = Optional.of(Found.of(claims.get()));
    }
    return found.get();
  }

  @Override
  public Segment get(int i) {
    Found all = found();
    if (i < 0 || i >= all.size()) {
      throw new IndexOutOfBoundsException(i);
    }
    int exact = Arrays.binarySearch(all.ends(), i);
    int run = exact >= 0 ? exact + 1 : -exact - 1;
    return all.runs().get(run).segment(run == 0 ? i : i - all.ends()[run - 1]);
  }

  @Override
  public int size() {
    return found().size();
  }
}
