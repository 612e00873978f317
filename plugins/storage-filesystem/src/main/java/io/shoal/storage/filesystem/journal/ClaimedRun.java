package io.shoal.storage.filesystem.journal;

import io.shoal.api.Cid;
import io.shoal.api.FileBacked.Segment;
import java.util.List;

/// A chunk in a file, as often as it follows itself there: a file of zeros has one run.
///
/// @param times how often; 1 for a chunk without bytes
public record ClaimedRun(Cid cid, long offsetBytes, int sizeBytes, int times) {
  /// Adds a segment, to the last run if it follows it.
  public static void add(Segment segment, List<ClaimedRun> runs) {
    if (!runs.isEmpty()) {
      ClaimedRun last = runs.getLast();
      if (last.sizeBytes > 0
          && last.sizeBytes == segment.sizeBytes()
          && last.endBytes() == segment.offsetBytes()
          && last.times < Integer.MAX_VALUE
          && last.cid.equals(segment.cid())) {
        runs.set(runs.size() - 1, last.first(last.times + 1));
        return;
      }
    }
    runs.add(new ClaimedRun(segment.cid(), segment.offsetBytes(), segment.sizeBytes(), 1));
  }

  public long endBytes() {
    return offsetBytes + (long) sizeBytes * times;
  }

  /// The same with another count.
  public ClaimedRun first(int count) {
    return new ClaimedRun(cid, offsetBytes, sizeBytes, count);
  }

  /// What follows the first ones.
  public ClaimedRun after(int count) {
    return new ClaimedRun(cid, offsetBytes + (long) count * sizeBytes, sizeBytes, times - count);
  }

  public Segment segment(int i) {
    return new Segment(cid, offsetBytes + (long) i * sizeBytes, sizeBytes);
  }
}
