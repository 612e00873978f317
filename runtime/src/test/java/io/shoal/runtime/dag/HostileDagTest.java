package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.testing.Blocks;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// DAGs that take many times their own size, made by whoever wants a node to run out of memory.
class HostileDagTest {
  /// The memory of the packaged program.
  private static final long MEMORY_BYTES = 192L << 20;

  private final Blocks blocks = new Blocks();
  private final DagMemory memory = new DagMemory(MEMORY_BYTES, () -> 0);

  private Cid node(UnixFsData data, List<PbLink> links) {
    return blocks.putNode(DagPb.encode(new PbNode(links, Optional.of(data.encode()))));
  }

  private Cid repeated(Cid part, long partBytes, int times) {
    long[] sizes = new long[times];
    Arrays.fill(sizes, partBytes);
    return node(
        UnixFsData.fileNode(partBytes * times, sizes),
        Collections.nCopies(times, new PbLink(part, "", partBytes)));
  }

  private static Cid unseen(int number) {
    byte[] digest = new byte[32];
    ByteBuffer.wrap(digest).putInt(number).putInt(number * 0x9e3779b9);
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
  }

  private TreePlan plan(Cid root) throws Exception {
    return TreePlanner.plan(blocks.walk(root, memory.share(root)));
  }

  @Test
  void aByteThatFollowsItselfAMillionTimesIsOneRun() throws Exception {
    Cid leaf = blocks.put(Cid.RAW, new byte[] {7});
    Cid root = repeated(repeated(leaf, 1, 1_000), 1_000, 1_000);
    try (TreePlan plan = plan(root)) {
      TreePlan.Content content = plan.files().getFirst().content();
      assertEquals(1_000_000, content.leafCount());
      assertEquals(1, content.runCount());
      assertTrue(memory.takenBytes() < 100_000);
      List<TreePlan.Run> places = new ArrayList<>();
      plan.places(plan.chunkCount() - 1).forEach(places::add);
      assertEquals(1_000_000, places.getFirst().times());
      assertEquals(1, places.size());
    }
    assertEquals(0, memory.takenBytes());
  }

  @Test
  void aFileInManyPlacesIsPlannedOnceAndItsPlacesAreCounted() throws Exception {
    Cid leaf = blocks.put(Cid.RAW, new byte[] {7});
    Cid file = repeated(repeated(leaf, 1, 1_000), 1_000, 1_000);
    List<PbLink> links = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      links.add(new PbLink(file, "f%06d".formatted(i), 1));
    }
    try (TreePlan plan = plan(node(UnixFsData.folder(), links))) {
      assertEquals(10_000, plan.files().size());
      assertEquals("f009999", plan.files().getLast().path());
      assertEquals(10_000_000_000L, plan.placeCount(plan.chunkCount() - 1));
      assertEquals(10_000_000_000L, plan.sizeBytes());
      assertTrue(memory.takenBytes() < 2_000_000);
    }
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeItIsAllocated() throws Exception {
    DagMemory small = new DagMemory(4 << 20, () -> 0);
    List<PbLink> parts = new ArrayList<>();
    int leaves = 60_000;
    for (int i = 0; i < leaves; i++) {
      parts.add(new PbLink(unseen(i), Optional.of(""), OptionalLong.empty()));
    }
    long[] sizes = new long[leaves];
    Arrays.fill(sizes, 1);
    Cid root = node(UnixFsData.fileNode(leaves, sizes), parts);
    DagMemory.Share share = small.share(root);
    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> blocks.walk(root, share));
    assertTrue(String.valueOf(refused.getMessage()).contains("SHOAL_JVM_OPTIONS"));
    share.close();
    assertEquals(0, small.takenBytes());
    try (TreePlan plan = plan(root)) {
      assertEquals(leaves, plan.files().getFirst().content().runCount());
    }
  }

  @Test
  void workBesideOthersWaitsWhereItWouldFitAlone() throws Exception {
    Cid root = blocks.put(Cid.RAW, new byte[1]);
    try (DagMemory.Share large = memory.share(root);
        DagMemory.Share other = memory.share(root)) {
      large.take(100L << 20);
      assertThrows(RetryableException.class, () -> other.take(30L << 20));
      assertThrows(UserFaultException.class, () -> other.take(130L << 20));
      large.giveBack(100L << 20);
      other.take(30L << 20);
    }
    assertEquals(0, memory.takenBytes());
  }

  @Test
  void aFullStoreLeavesRoomForSmallDags() throws Exception {
    DagMemory beside = new DagMemory(MEMORY_BYTES, () -> 10_000_000);
    try (DagMemory.Share share = beside.share(unseen(0))) {
      share.take(20L << 20);
      assertThrows(UserFaultException.class, () -> share.take(20L << 20));
    }
  }

  @Test
  void aNodeOfTooManyLinksIsRefused() {
    Cid empty = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, new byte[0]));
    List<PbLink> links = new ArrayList<>();
    for (int i = 0; i <= DagLimits.MAX_LINKS; i++) {
      links.add(new PbLink(empty, Optional.of(Integer.toHexString(i)), OptionalLong.empty()));
    }
    Cid root = node(UnixFsData.folder(), links);
    assertThrows(MalformedContentException.class, () -> blocks.walk(root, memory.share(root)));
  }

  @Test
  void nodesBeforeTheirTurnAreAskedForAgainWhenTheyDidNotFit() throws Exception {
    List<PbLink> parts = new ArrayList<>();
    int nodes = 12;
    int leaves = 20_000;
    for (int n = 0; n < nodes; n++) {
      List<PbLink> links = new ArrayList<>();
      for (int i = 0; i < leaves; i++) {
        links.add(new PbLink(unseen(n * leaves + i), "", 1));
      }
      long[] sizes = new long[leaves];
      Arrays.fill(sizes, 1);
      parts.add(new PbLink(node(UnixFsData.fileNode(leaves, sizes), links), "", leaves));
    }
    long[] sizes = new long[nodes];
    Arrays.fill(sizes, leaves);
    Cid root = node(UnixFsData.fileNode((long) nodes * leaves, sizes), parts);
    DagWalker walker = new DagWalker(root, memory.share(root));
    assertTrue(walker.accept(root, blocks.load(root)));
    // The first comes last, so that all others have to wait.
    for (PbLink part : parts.reversed()) {
      assertTrue(walker.accept(part.hash(), blocks.load(part.hash())));
    }
    assertFalse(walker.complete());
    int again = 0;
    while (!walker.complete()) {
      Cid next = walker.missingNodes(1).getFirst();
      assertTrue(walker.accept(next, blocks.load(next)));
      again++;
    }
    assertTrue(again > 0 && again < nodes);
    try (TreePlan plan = TreePlanner.plan(walker)) {
      assertEquals((long) nodes * leaves, plan.files().getFirst().content().leafCount());
    }
  }

  @Test
  void distinctCidsAreNumberedAndFoundAgain() throws Exception {
    CidIndex index = new CidIndex(unseen(-1));
    int count = 200_000;
    for (int i = 0; i < count; i++) {
      assertEquals(i, index.add(unseen(i)));
    }
    for (int i = 0; i < count; i += 997) {
      assertEquals(unseen(i), index.get(i));
      assertEquals(i, index.find(unseen(i)).orElseThrow());
    }
    assertTrue(index.find(unseen(count)).isEmpty());
    assertFalse(index.addIfAbsent(unseen(5)));
  }
}
