package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.file.WholeDigests;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.maintenance.IdleDigests;
import io.shoal.runtime.store.CollectionLock;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.RemoteStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleDigestsTest {
  private static final long FAST = Long.MAX_VALUE;
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;

  @TempDir Path folder;
  private final AtomicBoolean idle = new AtomicBoolean(true);
  private final List<String> announced = new ArrayList<>();
  private TestSwarm swarm;
  private TestNode node;
  private Path file;
  private Cid root;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    node = swarm.node("node", "digests.whenIdle", "false");
    file = swarm.file("in", LEAF * 3, 1);
    root = node.add(file);
    forgetDigest(node, root);
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  /// As if it had been added without its digest.
  private static void forgetDigest(TestNode node, Cid root) throws Exception {
    KeptRoot known = node.kept(root).orElseThrow();
    node.index().remove(root);
    node.index().put(KeptRoot.pinned(root, known.name(), known.sizeBytes(), false));
  }

  private IdleDigests digests(TestNode of) {
    return new IdleDigests(of.local(), of.index(), idle::get, FAST, announced::add);
  }

  @Test
  void aFileIsFoundByTheDigestThatWasComputedMeanwhile() throws Exception {
    assertTrue(digests(node).round());
    String digest = WholeDigests.of(file);
    assertEquals(List.of(digest), announced);
    assertEquals(root, node.index().byDigest(digest).orElseThrow().cid());
    assertTrue(node.kept(root).orElseThrow().pinned());
    node.announceDigest(digest);
    swarm
        .node("second")
        .get(new Reference.WholeDigest(digest), "out", Duration.ofSeconds(30), false);
    assertEquals(-1, Files.mismatch(file, folder.resolve("out")));
  }

  @Test
  void whatWasComputedIsNotComputedAgain() throws Exception {
    assertTrue(digests(node).round());
    assertFalse(digests(node).round());
    node.close();
    TestNode again = swarm.node("node", Node.Mode.SERVE, node.store, "digests.whenIdle", "false");
    assertFalse(digests(again).round());
    assertEquals(1, announced.size());
  }

  @Test
  void nothingIsReadWhileTheNodeIsBusy() throws Exception {
    idle.set(false);
    assertFalse(digests(node).round());
    assertEquals(List.of(), announced);
  }

  @Test
  void aRemoteStoreIsNotRead() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode far = swarm.node("far", Node.Mode.SERVE, store, "digests.whenIdle", "false");
    Cid added = far.add(file);
    forgetDigest(far, added);
    long before = store.bytesRead();
    assertFalse(digests(far).round());
    assertEquals(before, store.bytesRead());
  }

  @Test
  void whatCannotBeReadIsPassedOver() throws Exception {
    TreePlan plan = node.dag().plan(root).orElseThrow();
    Cid leaf = plan.leafCid(plan.files().getFirst().content().leaf(1));
    ((PlainStore) node.store).chunks.remove(leaf.multihash());
    IdleDigests digests = digests(node);
    assertTrue(digests.round());
    assertFalse(digests.round());
    assertEquals(List.of(), announced);
  }

  @Test
  void aRootThatWasLetGoIsNotBroughtBack() throws Exception {
    node.unpin(root);
    assertFalse(node.index().setDigest(root, "ab".repeat(32)));
    assertTrue(node.kept(root).isEmpty());
  }

  @Test
  void theGateIsBusyWhileContentIsAdded() throws Exception {
    assertFalse(node.collectionLock().busy());
    try (CollectionLock.Hold adding = node.collectionLock().enter()) {
      assertTrue(node.collectionLock().busy());
    }
    assertFalse(node.collectionLock().busy());
  }
}
