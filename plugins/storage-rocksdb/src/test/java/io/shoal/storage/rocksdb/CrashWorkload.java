package io.shoal.storage.rocksdb;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Changes of a store, the same for a seed: run by a process that is killed, and replayed by the
/// test that looks at what it left.
final class CrashWorkload {
  static final int CHUNKS = 300;

  /// The process ends by itself if nobody kills it.
  private static final int MAX_STEPS = 200_000;

  private final SplittableRandom random;

  CrashWorkload(long seed) {
    random = new SplittableRandom(seed);
  }

  /// A step.
  ///
  /// @param chunk what is changed; -1 for a sync
  /// @param put whether it is stored; deleted otherwise
  record Step(int chunk, boolean put) {
    boolean isSync() {
      return chunk < 0;
    }

    void applyTo(BitSet stored) {
      if (!isSync()) {
        stored.set(chunk, put);
      }
    }
  }

  Step next() {
    return random.nextInt(25) == 0
        ? new Step(-1, false)
        : new Step(random.nextInt(CHUNKS), random.nextInt(5) > 1);
  }

  /// Mostly small, and a few of several pieces.
  static byte[] bytes(int chunk) {
    return TestData.bytes(chunk, chunk % 10 == 0 ? 1_500 * chunk : 10 + chunk);
  }

  static Cid cid(int chunk) {
    return TestData.cid(bytes(chunk));
  }

  /// Small buffers, so that files are written and merged while it runs.
  static TestContext context(Path folder) {
    return TestContext.in(folder).with("memory", "32MiB").with("freeSpaceFloor", "0B");
  }

  /// Says after each step that it is done, and after a sync how long the newest log is.
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    CrashWorkload steps = new CrashWorkload(Long.parseLong(arguments[1]));
    try (TestContext context = context(folder);
        ChunkStore store = new RocksdbStore()) {
      store.start(context);
      for (int i = 0; i < MAX_STEPS; i++) {
        Step step = steps.next();
        if (step.isSync()) {
          store.sync();
          Path log = newestLog(folder).orElseThrow();
          System.out.println("synced " + log.getFileName() + " " + Files.size(log) + ";");
        } else if (step.put()) {
          TestData.put(store, bytes(step.chunk()));
          System.out.println("changed;");
        } else {
          store.delete(cid(step.chunk()));
          System.out.println("changed;");
        }
      }
    }
  }

  /// The file that changes go to first.
  static Optional<Path> newestLog(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(Comparator.comparing(file -> file.getFileName().toString()));
    }
  }
}
