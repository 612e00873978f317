package io.shoal.runtime;

import org.junit.jupiter.api.Test;

/// Breaks the disk at some step of what a whole node does (add, get, collect, repair), ends the
/// process or the power, and checks what is promised. A failure names the seed; a run has real
/// threads, so that a seed repeats what was done and broken and not the order of threads.
class NodeCrashTest {
  private static final int SEEDS = Boolean.getBoolean("shoal.full") ? 2_000 : 40;

  /// `-Dshoal.seed=N` runs one seed again.
  private static final long ONE_SEED = Long.getLong("shoal.seed", -1);

  @Test
  void whateverBreaksWhatTheNodePromisedHolds() {
    long first = Math.max(0, ONE_SEED);
    long end = ONE_SEED < 0 ? SEEDS : ONE_SEED + 1;
    NodeWorkload.Totals totals = new NodeWorkload.Totals();
    for (long seed = first; seed < end; seed++) {
      NodeWorkload run = new NodeWorkload(seed, totals);
      try {
        run.run();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e + " " + run.history(), e);
      }
    }
    System.out.printf("%,d nodes kept every promise; %s%n", end - first, totals);
  }
}
