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

  @TempDir private Path folder;

  @Test
  void whateverBreaksWhatWasPromisedHolds() throws Exception {
    try (TestContext context = TestContext.in(folder).with("path", "/sim/store")) {
      for (long seed = 0; seed < SEEDS; seed++) {
        try {
          new StoreWorkload(seed, context).run();
        } catch (Exception | AssertionError e) {
          throw new AssertionError("seed " + seed + ": " + e, e);
        }
      }
    }
  }

  @Test
  void theSameSeedIsTheSameRun() throws Exception {
    try (TestContext context = TestContext.in(folder).with("path", "/sim/store")) {
      StoreWorkload first = new StoreWorkload(7, context);
      first.run();
      StoreWorkload second = new StoreWorkload(7, context);
      second.run();
      assertEquals(first.history(), second.history());
      assertTrue(first.history().size() > 10);
    }
  }
}
