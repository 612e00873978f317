package io.shoal.storage.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.testkit.TestContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Breaks the disk at some step of a random workload and checks what the store promises, many
/// times. A failure names the seed that replays it.
class StoreCrashTest {
  private static final int SEEDS = Boolean.getBoolean("shoal.full") ? 100_000 : 500;

  /// `-Dshoal.seed=N` replays one run.
  private static final long ONE_SEED = Long.getLong("shoal.seed", -1);

  @TempDir private Path folder;

  @Test
  void whateverBreaksWhatWasPromisedHolds() throws Exception {
    long first = Math.max(0, ONE_SEED);
    long end = ONE_SEED < 0 ? SEEDS : ONE_SEED + 1;
    AtomicLong next = new AtomicLong(first);
    StrikeTable strikes = new StrikeTable();
    List<Future<StrikeTable>> parts = new ArrayList<>();
    // A run is one thread's; several go side by side.
    int cores = Runtime.getRuntime().availableProcessors();
    try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
      for (int i = 0; i < cores; i++) {
        Path own = Files.createDirectory(folder.resolve("thread" + i));
        parts.add(threads.submit(() -> runs(own, next, end)));
      }
      for (Future<StrikeTable> part : parts) {
        strikes.add(part.get());
      }
    }
    System.out.printf("%,d runs kept every promise; %s", end - first, strikes);
  }

  private static StrikeTable runs(Path folder, AtomicLong next, long end) throws Exception {
    StrikeTable strikes = new StrikeTable();
    try (TestContext context = TestContext.in(folder).with("path", "/sim/store")) {
      for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
        StoreWorkload run = new StoreWorkload(seed, context, strikes);
        try {
          run.run();
        } catch (Exception | AssertionError e) {
          next.set(end);
          throw new AssertionError("seed " + seed + ": " + e + " " + run.history(), e);
        }
      }
    }
    return strikes;
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
