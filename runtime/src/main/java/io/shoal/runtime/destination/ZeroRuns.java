package io.shoal.runtime.destination;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The long runs of zeros in a leaf, which need not be written: images of disks and databases are
/// mostly holes, and come back as such.
final class ZeroRuns {
  /// The shortest run: each hole costs the file system an entry and the download a call, which a
  /// shorter one is not worth.
  static final int MIN_RUN_BYTES = 64 * 1024;

  /// Zeros are looked for in steps of what file systems allocate.
  private static final int STEP_BYTES = 4096;

  /// A part of a leaf.
  ///
  /// @param offset in the leaf
  record Run(int offset, int sizeBytes, boolean zeros) {}

  private ZeroRuns() {}

  /// The whole of the remaining bytes, in order; a single run where there is no long one of zeros.
  static List<Run> of(ByteBuffer bytes) {
    int size = bytes.remaining();
    List<Run> runs = new ArrayList<>(1);
    int begun = 0;
    int at = 0;
    while (at < size) {
      int end = endOfZeros(bytes, at);
      if (end - at >= MIN_RUN_BYTES) {
        if (at > begun) {
          runs.add(new Run(begun, at - begun, false));
        }
        runs.add(new Run(at, end - at, true));
        begun = end;
        at = end;
      } else {
        at = Math.min(size, end + STEP_BYTES);
      }
    }
    if (size > begun || size == 0) {
      runs.add(new Run(begun, size - begun, false));
    }
    return runs;
  }

  /// Where the steps of zeros that begin at `from` end.
  private static int endOfZeros(ByteBuffer bytes, int from) {
    int at = from;
    while (at < bytes.remaining()) {
      int end = Math.min(bytes.remaining(), at + STEP_BYTES);
      if (!zeros(bytes, at, end)) {
        return at;
      }
      at = end;
    }
    return at;
  }

  private static boolean zeros(ByteBuffer bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      if (bytes.get(bytes.position() + at) != 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether all remaining bytes are zero.
  static boolean zeros(ByteBuffer bytes) {
    return zeros(bytes, 0, bytes.remaining());
  }
}
