package io.shoal.storage.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.storage.rocksdb.CrashWorkload.Step;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that changes a store, somewhere in the middle of its work, and checks what the
/// store promises: what was synced is there, what is there is as it was after some later step, its
/// bytes are right, and so is the count. Every other time the end of the newest log is cut off,
/// down to what was synced, as the loss of power may do.
class StoreCrashTest {
  private static final int ROUNDS = Boolean.getBoolean("shoal.full") ? 300 : 4;

  /// A killed process is waited for this long, and one that does nothing is killed then.
  private static final int PATIENCE_SECONDS = 60;

  /// `-Dshoal.seed=N` replays the choices of a run; where the kill hits is never the same.
  private static final long SEED = Long.getLong("shoal.seed", 1);

  @TempDir private Path folder;

  private final Map<Cid, Integer> chunks = new HashMap<>();

  @Test
  void whatWasSyncedIsThereAndTheRestIsOfOneMoment() throws Exception {
    for (int i = 0; i < CrashWorkload.CHUNKS; i++) {
      chunks.put(CrashWorkload.cid(i), i);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    BitSet stored = new BitSet();
    long steps = 0;
    long lost = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = random.nextLong();
      List<String> done = runAndKill(seed, 1 + random.nextInt(round % 4 == 0 ? 50 : 800));
      if (round % 2 == 1) {
        cutLog(done, random);
      }
      BitSet found = found();
      int at = stepOf(found, stored, seed, done);
      assertTrue(
          at >= 0,
          () ->
              "no state after the last sync is that which was found; seed " + SEED + ": " + found);
      stored = found;
      steps += done.size();
      lost += Math.max(0, done.size() - at);
    }
    System.out.printf(
        "%,d kills after %,d steps, of which %,d were not synced and lost%n", ROUNDS, steps, lost);
  }

  /// @return what the process said that it has done
  private List<String> runAndKill(long seed, int afterSteps) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                classPath(),
                CrashWorkload.class.getName(),
                folder.toString(),
                Long.toString(seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread watch =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                      process.toHandle().destroyForcibly();
                    }
                  } catch (InterruptedException e) {
                    process.toHandle().destroyForcibly();
                  }
                });
    List<String> done = new ArrayList<>();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.endsWith(";")) {
          done.add(line);
        }
        if (done.size() == afterSteps) {
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.toHandle().destroyForcibly();
      watch.interrupt();
      watch.join();
    }
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "a killed process stays");
    assertTrue(done.size() >= afterSteps, "the process ended by itself, or did nothing");
    return done;
  }

  /// Modules and class path of this process, without borders between them.
  private static String classPath() {
    String modules =
        ModuleLayer.boot().configuration().modules().stream()
            .flatMap(module -> module.reference().location().stream())
            .filter(location -> location.getScheme().equals("file"))
            .map(URI::getPath)
            .collect(Collectors.joining(":"));
    return String.join(
        ":",
        Path.of("target", "test-classes").toAbsolutePath().toString(),
        modules,
        System.getProperty("java.class.path"));
  }

  /// Cuts the newest log to a length that it may have after the power was lost.
  private void cutLog(List<String> done, SplittableRandom random) throws IOException {
    Path log = CrashWorkload.newestLog(folder).orElseThrow();
    long synced =
        done.stream()
            .filter(line -> line.startsWith("synced " + log.getFileName() + " "))
            .map(line -> line.replaceAll(".* |;", ""))
            .mapToLong(Long::parseLong)
            .max()
            .orElse(0);
    long size = Files.size(log);
    assertTrue(synced <= size, () -> log + " is shorter than it was");
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(random.nextLong(synced, size + 1));
    }
  }

  /// What the store has, each chunk read and compared.
  private BitSet found() throws Exception {
    BitSet found = new BitSet();
    try (TestContext context = CrashWorkload.context(folder);
        ChunkStore store = new RocksdbStore()) {
      store.start(context);
      long[] bytes = {0};
      List<Cid> reported = new ArrayList<>();
      store.chunks(
          chunk -> {
            bytes[0] += chunk.sizeBytes();
            return reported.add(chunk.cid());
          });
      for (Cid cid : reported) {
        int chunk = chunks.get(cid);
        assertArrayEquals(CrashWorkload.bytes(chunk), TestData.get(store, cid), "wrong bytes");
        found.set(chunk);
      }
      assertEquals(reported.size(), found.cardinality(), "a chunk is reported twice");
      assertEquals(reported.size(), store.usage().chunks(), "chunks are counted wrongly");
      assertEquals(bytes[0], store.usage().ownedBytes(), "bytes are counted wrongly");
    }
    return found;
  }

  /// The last step after which the state is that which was found; -1 if there is none from the last
  /// sync on.
  private static int stepOf(BitSet found, BitSet before, long seed, List<String> done) {
    CrashWorkload workload = new CrashWorkload(seed);
    BitSet state = (BitSet) before.clone();
    int at = state.equals(found) ? 0 : -1;
    // One more may have been done and not said.
    for (int i = 1; i <= done.size() + 1; i++) {
      Step step = workload.next();
      step.applyTo(state);
      boolean synced = i <= done.size() && done.get(i - 1).startsWith("synced");
      if (state.equals(found)) {
        at = i;
      } else if (synced) {
        at = -1;
      }
    }
    return at;
  }
}
