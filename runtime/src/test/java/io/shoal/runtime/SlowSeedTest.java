package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.importer.ImportProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A seed whose rate is so low that one chunk takes seconds, and many that want it at once.
@Timeout(120)
class SlowSeedTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"64KiB, 1, 20", "128KiB, 2, 8"})
  void manyPeersGetTheContentForAboutOneCopy(String rate, int leaves, int peers) throws Exception {
    int size = LEAF * leaves;
    long sent = 0;
    try (TestSwarm swarm = new TestSwarm(folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      TestNode seed = swarm.node("seed", "limits.upload", rate);
      Path file = swarm.file("in", size, 1);
      Cid root = seed.add(file);
      List<Future<ContentCommands.Fetched>> gets = new ArrayList<>();
      for (int i = 0; i < peers; i++) {
        TestNode peer = swarm.node("peer" + i);
        String target = "out" + i;
        gets.add(threads.submit(() -> peer.get(root, target, Duration.ofSeconds(90))));
      }
      for (int i = 0; i < peers; i++) {
        sent += gets.get(i).get().bytesByPeer().getOrDefault(seed.id.toString(), 0L);
        assertEquals(-1, Files.mismatch(file, folder.resolve("out" + i)));
      }
    }
    // Without turns each peer gets a part of every chunk, and the seed sends it as many times.
    assertTrue(sent < 2L * size, "the seed sent " + sent + " bytes of " + size);
  }
}
