package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.plugin.border.CallDeadlines;
import io.shoal.runtime.plugin.border.PluginBorder;
import io.shoal.runtime.testing.RemoteStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node whose store is across a network: how many calls it makes at once, what it reads, and what
/// becomes of calls that fail for the moment.
@Timeout(120)
class RemoteStoreTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration LONG = Duration.ofSeconds(60);

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

  private TestNode node(String name, ChunkStore store) throws Exception {
    return swarm.node(name, Node.Mode.SERVE, store);
  }

  @Test
  void leavesAreStoredManyAtOnceAndNotOnTheHashingThreads() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode node = node("node", store);
    Path file = swarm.file("in", LEAF * 40, 1);
    store.waitFor("put", 0, 16);
    Cid root = node.add(file);
    assertEquals(Optional.empty(), store.tooFew());
    assertFalse(store.calledFromPlatformThread(), "a hashing thread waited for the network");

    store.waitFor("find", 1, 16);
    StoreCommands.ContentStat stat = node.stat(root);
    assertEquals(Optional.empty(), store.tooFew());
    assertEquals(41, stat.chunks());
    assertEquals(41, stat.chunksHere());
  }

  @Test
  void addingAgainAndLookingReadNoStoredByte() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode node = node("node", store);
    Path file = swarm.file("in", LEAF * 20, 1);
    Cid root = node.add(file);
    long before = store.bytesRead();
    assertEquals(root, node.add(file));
    assertEquals(before, store.bytesRead());
    assertEquals(21, store.distinctPuts());
  }

  @Test
  void aLooseRootIsPinnedByManyCallsAtOnce() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode node = node("node", store);
    Cid root = node.add(swarm.file("in", LEAF * 40, 1));
    node.unpin(root);
    store.waitFor("find", 0, 16);
    node.pin(root);
    assertEquals(Optional.empty(), store.tooFew());
  }

  @Test
  void calledOffCallsAreMadeAgainAndBlamedOnNobody() throws Exception {
    RemoteStore[] stores = {new RemoteStore(), new RemoteStore()};
    TestNode[] nodes = new TestNode[2];
    for (int i = 0; i < 2; i++) {
      CallDeadlines deadlines = new CallDeadlines(System::nanoTime);
      ChunkStore guarded =
          (ChunkStore) new PluginBorder(deadlines).around("storage-remote", stores[i]);
      nodes[i] = node("node" + i, guarded);
      stores[i].failOneIn(20);
    }
    Path file = swarm.file("in", LEAF * 60, 1);
    Cid root = nodes[0].add(file);
    nodes[1].get(root, "out", LONG, nodes[0]);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
    assertTrue(stores[0].failed() > 3, "the fault was met");
    assertTrue(stores[1].failed() > 3, "the fault was met");
    assertFalse(nodes[1].bans(nodes[0]));
  }

  @Test
  void theCollectionOfOneNodeRemovesNothingThatOthersShare() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode node = node("node", store);
    Cid root = node.add(swarm.file("in", LEAF * 2, 1));
    node.unpin(root);
    assertEquals(0, node.collect().chunksRemoved());
    assertTrue(store.find(root).isPresent());
  }
}
