package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.testkit.TestContext;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Breaks the disk at some step of a random workload and checks what the store promises, many
/// times. A failure names the seed that replays it.
class StoreCrashTest {
  private static final int SEEDS = Boolean.getBoolean("shoal.full") ? 100_000 : 1_000;

  /// `-Dshoal.seed=N` replays one run.
  private static final long ONE_SEED = Long.getLong("shoal.seed", -1);

  @TempDir private Path folder;

  @Test
  void whateverBreaksWhatWasPromisedHolds() throws Exception {
    try (TestContext context = TestContext.in(folder).with("path", "/sim/store")) {
      long first = Math.max(0, ONE_SEED);
      long end = ONE_SEED < 0 ? SEEDS : ONE_SEED + 1;
      StrikeTable strikes = new StrikeTable();
      for (long seed = first; seed < end; seed++) {
        StoreWorkload run = new StoreWorkload(seed, context, strikes);
        try {
          run.run();
        } catch (Exception | AssertionError e) {
          throw new AssertionError("seed " + seed + ": " + e + " " + run.history(), e);
        }
      }
      System.out.printf("%,d runs kept every promise; %s", end - first, strikes);
    }
  }

  @Test
  void theSameSeedIsTheSameRun() throws Exception {
    try (TestContext context = TestContext.in(folder).with("path", "/sim/store")) {
      StoreWorkload first = new StoreWorkload(7, context, new StrikeTable());
      first.run();
      StoreWorkload second = new StoreWorkload(7, context, new StrikeTable());
      second.run();
      assertEquals(first.history(), second.history());
      assertTrue(first.history().size() > 10);
    }
  }
}
