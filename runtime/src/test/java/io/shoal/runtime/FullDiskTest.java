package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StatusCommands;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.PlainStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Work that finds the disk full: downloads pause, an add fails.
class FullDiskTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;

  @TempDir Path folder;
  private TestSwarm swarm;

  @BeforeEach
  void open() {
    swarm = new TestSwarm(folder);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  void aDownloadPausesTellsItAndGoesOnByItselfWhenThereIsRoom() throws Exception {
    TestNode seed = swarm.node("seed");
    Path file = swarm.file("in", LEAF * 12, 1);
    Cid root = seed.add(file);
    TestNode node = swarm.node("node");
    PlainStore store = (PlainStore) node.store;
    store.room = 5;
    List<String> reasons = new CopyOnWriteArrayList<>();
    node.progress =
        now -> {
          if (now.phase().equals("paused")) {
            reasons.add(now.message());
          }
        };
    CompletableFuture<ContentCommands.Fetched> result =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return node.get(root, "out", Duration.ofMinutes(5), seed);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            task -> Thread.ofVirtual().start(task));
    TestSwarm.await(Duration.ofSeconds(60), () -> !node.paused().isEmpty());

    NodeReports reports = node.reports();
    StatusCommands.TransferEntry shown = reports.status().transfers().getFirst();
    assertTrue(shown.state().startsWith("paused: "), shown.state());
    assertTrue(shown.state().contains("full"), shown.state());
    assertEquals(root.toString(), shown.root());
    assertTrue(node.roots().getFirst().note().startsWith("paused: "));
    assertFalse(result.isDone());
    store.room = Integer.MAX_VALUE;

    ContentCommands.Fetched fetched = result.get(60, TimeUnit.SECONDS);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
    assertEquals(List.of(), node.paused());
    assertFalse(reasons.isEmpty());
    assertTrue(reasons.stream().noneMatch(why -> why.contains("paused")), reasons::toString);
    assertEquals(0, fetched.bytesReused(), fetched.toString());
    assertTrue(fetched.bytesTransferred() < 20L * LEAF, "what was here stayed: " + fetched);
  }

  @Test
  void aPausedDownloadEndsWithTheTypedErrorWhenItsTimeIsOver() throws Exception {
    TestNode seed = swarm.node("seed");
    Cid root = seed.add(swarm.file("in", LEAF * 3, 1));
    TestNode node = swarm.node("node");
    ((PlainStore) node.store).room = 0;

    StoreFullException full =
        assertThrows(
            StoreFullException.class, () -> node.get(root, "out", Duration.ofSeconds(3), seed));

    assertTrue(String.valueOf(full.getMessage()).contains("free some space"));
    assertEquals(List.of(), node.paused());
  }

  @Test
  void whatTheStoreHasNoRoomForIsRefusedBeforeItsFirstLeaf() throws Exception {
    TestNode seed = swarm.node("seed");
    Cid root = seed.add(swarm.file("in", LEAF * 3, 1));
    TestNode node = swarm.node("node");
    PlainStore store = (PlainStore) node.store;
    store.availableBytes = LEAF * 3L - 1;

    UserFaultException refused =
        assertThrows(
            UserFaultException.class, () -> node.get(root, "out", Duration.ofMinutes(1), seed));

    assertTrue(String.valueOf(refused.getMessage()).contains("shoal gc"));
    assertEquals(1, store.chunks.size(), "the root alone");
    assertFalse(Files.exists(folder.resolve("out.part")));
    assertEquals(List.of(), node.roots());
  }

  @Test
  void aPausedDownloadEndsWithTheNode() throws Exception {
    TestNode seed = swarm.node("seed");
    Cid root = seed.add(swarm.file("in", LEAF * 3, 1));
    TestNode node = swarm.node("node");
    ((PlainStore) node.store).room = 0;
    CompletableFuture<Exception> ended = new CompletableFuture<>();

    Thread.ofVirtual()
        .start(
            () -> {
              try {
                node.get(root, "out", Duration.ofMinutes(5), seed);
              } catch (Exception e) {
                ended.complete(e);
              }
            });
    TestSwarm.await(Duration.ofSeconds(60), () -> !node.paused().isEmpty());
    node.close();

    assertEquals(InterruptedException.class, ended.get(30, TimeUnit.SECONDS).getClass());
  }

  @Test
  void anAddFailsCleanlyAndLeavesNothingHalf() throws Exception {
    TestNode node = swarm.node("node");
    PlainStore store = (PlainStore) node.store;
    Path file = swarm.file("in", LEAF * 5, 1);
    store.room = 2;

    assertThrows(StoreFullException.class, () -> node.add(file));
    assertEquals(List.of(), node.roots());
    store.room = Integer.MAX_VALUE;
    Cid root = node.add(file);
    assertEquals(root.toString(), node.roots().getFirst().root());
  }
}
