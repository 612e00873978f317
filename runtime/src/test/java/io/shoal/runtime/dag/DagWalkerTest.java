package io.shoal.runtime.dag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.runtime.importer.DagChild;
import io.shoal.runtime.importer.FileLayout;
import io.shoal.runtime.importer.FolderLayout;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.ContentReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DagWalkerTest {
  private static final ImportProfile SMALL = new ImportProfile(10, 3, 1, 200, 256);

  private final Blocks blocks = new Blocks();

  private FolderLayout.Named file(String name, int size) throws Exception {
    return new FolderLayout.Named(name, blocks.file(Blocks.pattern(size), SMALL, true));
  }

  private FolderLayout.Named folder(String name, FolderLayout.Named... entries) throws Exception {
    return new FolderLayout.Named(name, new FolderLayout(SMALL, blocks).write(List.of(entries)));
  }

  private Cid tree() throws Exception {
    return folder(
            "",
            folder("b", file("x", 95), file("y", 300)),
            file("a", 1_000),
            file("empty", 0),
            folder("hollow"))
        .child()
        .cid();
  }

  private Cid node(UnixFsData data, PbLink... links) {
    return blocks.putNode(DagPb.encode(new PbNode(List.of(links), Optional.of(data.encode()))));
  }

  /// The order as its definition says it, by plain recursion.
  private void depthFirst(Cid cid, Set<Cid> seen) throws Exception {
    if (seen.add(cid) && cid.codec() == Cid.DAG_PB) {
      for (PbLink link : DagPb.decode(blocks.load(cid)).links()) {
        depthFirst(link.hash(), seen);
      }
    }
  }

  @Test
  void positionsAreDepthFirstInWhateverOrderNodesArrive() throws Exception {
    Cid root = tree();
    Set<Cid> due = new LinkedHashSet<>();
    depthFirst(root, due);
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      DagWalker dag = new DagWalker(root, Blocks.memory(root));
      List<Cid> before = List.of();
      while (!dag.complete()) {
        List<Cid> missing = new ArrayList<>(dag.missingNodes(Integer.MAX_VALUE));
        assertEquals(missing.size(), Set.copyOf(missing).size());
        Collections.shuffle(missing, random);
        assertTrue(dag.accept(missing.getFirst(), blocks.load(missing.getFirst())));
        List<Cid> known = known(dag);
        assertEquals(before, known.subList(0, before.size()));
        before = known;
      }
      assertEquals(List.copyOf(due), before);
    }
  }

  private static List<Cid> known(DagWalker dag) {
    List<Cid> known = new ArrayList<>();
    for (int i = 0; i < dag.size(); i++) {
      known.add(dag.cid(i));
    }
    return known;
  }

  @Test
  void whatIsNotMissingIsIgnored() throws Exception {
    Cid root = tree();
    DagWalker dag = new DagWalker(root, Blocks.memory(root));
    assertFalse(dag.accept(blocks.put(Cid.RAW, new byte[3]), new byte[3]));
    assertTrue(dag.accept(root, blocks.load(root)));
    assertFalse(dag.accept(root, blocks.load(root)));
    assertThrows(IllegalStateException.class, () -> TreePlanner.plan(dag));
  }

  @Test
  void aPlanNamesEveryPlaceOfEveryLeaf() throws Exception {
    Cid root = tree();
    DagWalker dag = blocks.walk(root);
    TreePlan plan = TreePlanner.plan(dag);
    assertEquals(
        List.of("", "b", "hollow"),
        plan.folders().stream().map(TreePlan.PlannedFolder::path).toList());
    assertEquals(
        List.of("a", "b/x", "b/y", "empty"),
        plan.files().stream().map(TreePlan.PlannedFile::path).toList());
    List<String> paths = plan.files().stream().map(TreePlan.PlannedFile::path).toList();
    byte[][] written = new byte[plan.files().size()][];
    for (int i = 0; i < written.length; i++) {
      written[i] = new byte[(int) Math.max(0, plan.files().get(i).content().sizeBytes())];
    }
    for (int position = 0; position < dag.size(); position++) {
      if (plan.isLeaf(position)) {
        byte[] leaf = blocks.load(dag.cid(position));
        for (TreePlan.Run run : plan.places(position)) {
          assertTrue(run.sizeBytes() == TreePlan.UNKNOWN_SIZE || run.sizeBytes() == leaf.length);
          ByteBuffer target =
              ByteBuffer.wrap(written[paths.indexOf(run.file().path())])
                  .position((int) run.offset());
          for (int i = 0; i < run.times(); i++) {
            target.put(leaf);
          }
        }
      }
    }
    for (int i = 0; i < written.length; i++) {
      byte[] due = ContentReader.read(blocks, plan.files().get(i).cid());
      assertEquals(Blocks.sha256Hex(due), Blocks.sha256Hex(written[i]));
    }
    assertEquals(1_395, plan.sizeBytes());
  }

  @Test
  void leavesFollowEachOtherWithoutAGap() throws Exception {
    DagWalker dag = blocks.walk(blocks.file(Blocks.pattern(95), SMALL, true).cid());

    TreePlan.Content content = TreePlanner.plan(dag).files().getFirst().content();

    assertEquals(10, content.leafCount());
    assertEquals(10, content.runCount());
    for (int leaf = 0; leaf < 10; leaf++) {
      assertEquals(leaf * 10L, content.offset(leaf));
      assertEquals(leaf < 9 ? 10 : 5, content.leafBytes(leaf));
    }
  }

  @Test
  void contentInIdsIsReadWithoutAPosition() throws Exception {
    Cid leaf = Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, new byte[] {1, 2, 3}));
    byte[] inner =
        DagPb.encode(
            new PbNode(
                List.of(new PbLink(leaf, "tiny", 3)), Optional.of(UnixFsData.folder().encode())));
    Cid folder = Cid.of(Cid.DAG_PB, Multihash.of(Multihash.IDENTITY, inner));
    Cid root =
        node(
            UnixFsData.folder(),
            new PbLink(folder, "in", 9),
            new PbLink(leaf, "out", 3),
            new PbLink(folder, "twice", 9));
    DagWalker dag = blocks.walk(root);
    assertEquals(1, dag.size());
    TreePlan plan = TreePlanner.plan(dag);
    assertEquals(
        List.of("in/tiny", "out", "twice/tiny"),
        plan.files().stream().map(TreePlan.PlannedFile::path).toList());
    assertEquals(leaf, plan.leafCid(plan.files().getFirst().content().leaf(0)));
    assertEquals(9, plan.sizeBytes());
    assertTrue(new DagWalker(folder, Blocks.memory(folder)).complete());
  }

  private void assertRefused(Cid root) {
    assertThrows(MalformedContentException.class, () -> TreePlanner.plan(blocks.walk(root)));
  }

  @Test
  void sizesThatDoNotAddUpAreRefused() throws Exception {
    Cid ten = blocks.file(Blocks.pattern(25), SMALL, true).cid();
    assertRefused(node(UnixFsData.fileNode(24, new long[] {24}), new PbLink(ten, "", 1)));
    assertRefused(node(UnixFsData.fileNode(26, new long[] {25}), new PbLink(ten, "", 1)));
    assertRefused(node(UnixFsData.fileNode(25, new long[] {25})));
    assertRefused(node(UnixFsData.fileNode(25, new long[] {25}), new PbLink(ten, "named", 1)));
    Cid raw = blocks.put(Cid.RAW, new byte[1]);
    long large = 3L << 20;
    assertRefused(node(UnixFsData.fileNode(large, new long[] {large}), new PbLink(raw, "", 1)));
    assertRefused(
        node(
            UnixFsData.fileNode(5, new long[] {Long.MAX_VALUE, 6}),
            new PbLink(raw, "", 1),
            new PbLink(raw, "", 1)));
  }

  @Test
  void namesThatLeaveTheFolderOrAreThereTwiceAreRefused() throws Exception {
    Cid raw = blocks.put(Cid.RAW, new byte[1]);
    for (String name : List.of("..", "", "a/b", "nul\0", "x".repeat(256))) {
      assertRefused(node(UnixFsData.folder(), new PbLink(raw, name, 1)));
    }
    TreePlan twins =
        TreePlanner.plan(
            blocks.walk(
                node(UnixFsData.folder(), new PbLink(raw, "A", 1), new PbLink(raw, "a", 1))));
    assertTrue(twins.unusual().containsAll(Set.of("A", "a")));
    assertRefused(node(UnixFsData.folder(), new PbLink(raw, "a", 1), new PbLink(raw, "a", 1)));
  }

  @Test
  void aPlanWithoutAFolderHasTheRestInItsPlace() throws Exception {
    Cid one = blocks.put(Cid.RAW, new byte[1]);
    Cid two = blocks.put(Cid.RAW, new byte[2]);
    Cid inner = node(UnixFsData.folder(), new PbLink(one, "x", 1), new PbLink(two, "y", 2));
    Cid root =
        node(
            UnixFsData.folder(),
            new PbLink(inner, "a", 3),
            new PbLink(inner, "b", 3),
            new PbLink(one, "c", 1));
    try (TreePlan whole = TreePlanner.plan(blocks.walk(root))) {
      TreePlan left = whole.without(Set.of("a", "b/y"));

      assertEquals(
          List.of("", "b"), left.folders().stream().map(TreePlan.PlannedFolder::path).toList());
      assertEquals(
          List.of("b/x", "c"), left.files().stream().map(TreePlan.PlannedFile::path).toList());
      long[] places = new long[left.chunkCount()];
      for (int position = 0; position < places.length; position++) {
        places[position] = left.placeCount(position);
        assertEquals(left.leafCid(position), whole.leafCid(position));
      }
      assertEquals(2, Arrays.stream(places).sum());
      assertEquals(5, whole.files().size());
    }
  }

  @Test
  void aLeafHasNoPlaceInFilesThatAreLeftOut() throws Exception {
    Cid one = blocks.put(Cid.RAW, new byte[1]);
    Cid two = blocks.put(Cid.RAW, new byte[2]);
    Cid file =
        node(
            UnixFsData.fileNode(3, new long[] {1, 2}),
            new PbLink(one, "", 1),
            new PbLink(two, "", 2));
    Cid root = node(UnixFsData.folder(), new PbLink(file, "aux.c", 3), new PbLink(one, "b", 1));
    try (TreePlan whole = TreePlanner.plan(blocks.walk(root))) {
      TreePlan left = whole.without(Set.of("aux.c"));

      List<String> places = new ArrayList<>();
      for (int position = 0; position < left.chunkCount(); position++) {
        for (TreePlan.Run run : left.places(position)) {
          places.add(left.leafCid(position) + " " + run.file().path());
        }
        assertEquals(left.placeCount(position) > 0, left.isLeaf(position));
      }
      assertEquals(List.of(one + " b"), places);
    }
  }

  @Test
  void aFolderInsideAFileIsRefused() throws Exception {
    Cid folder = folder("").child().cid();
    assertRefused(node(UnixFsData.fileNode(0, new long[] {0}), new PbLink(folder, "", 1)));
  }

  @Test
  void aShardWithANameInTheWrongBucketIsRefused() throws Exception {
    Cid raw = blocks.put(Cid.RAW, new byte[1]);
    int right = HamtShard.bucket(HamtShard.hash("a"), 0, 256);
    Cid good = shard(right, raw, "a");
    assertEquals("a", TreePlanner.plan(blocks.walk(good)).files().getFirst().path());
    assertRefused(shard(right ^ 1, raw, "a"));
    assertRefused(shard(right, raw, ""));
    assertRefused(
        node(
            UnixFsData.shard(new byte[] {1}, 256),
            new PbLink(raw, HamtShard.linkPrefix(right, 256) + "a", 1)));
  }

  private Cid shard(int bucket, Cid child, String name) {
    byte[] bitmap = HamtShard.bitmap(List.of(bucket), 256);
    String linkName = HamtShard.linkPrefix(bucket, 256) + name;
    return node(UnixFsData.shard(bitmap, 256), new PbLink(child, linkName, 1));
  }

  @Test
  void aDagDeeperThan32LevelsIsRefusedAndOneAsDeepIsRead() throws Exception {
    Cid at = blocks.put(Cid.RAW, new byte[1]);
    for (int level = 0; level < DagLimits.MAX_DEPTH; level++) {
      at = node(UnixFsData.folder(), new PbLink(at, "d", 1));
    }
    assertEquals(1, TreePlanner.plan(blocks.walk(at)).files().size());
    assertRefused(node(UnixFsData.folder(), new PbLink(at, "d", 1)));
  }

  @Test
  void aBombOfSharedFoldersIsRefused() throws Exception {
    Cid at = blocks.put(Cid.RAW, new byte[1]);
    for (int level = 0; level < 25; level++) {
      at = node(UnixFsData.folder(), new PbLink(at, "l", 1), new PbLink(at, "r", 1));
    }
    assertRefused(at);
  }

  @Test
  void aBombOfSharedFilePartsIsRefused() throws Exception {
    Cid at = blocks.put(Cid.RAW, new byte[0]);
    for (int level = 0; level < 25; level++) {
      at =
          node(
              UnixFsData.fileNode(0, new long[] {0, 0}),
              new PbLink(at, "", 0),
              new PbLink(at, "", 0));
    }
    assertRefused(at);
  }

  @Test
  void aSymbolicLinkIsReportedAndNotMade() throws Exception {
    UnixFsData link =
        new UnixFsData(
            UnixFsData.Type.SYMLINK,
            Optional.of("/etc/passwd".getBytes(StandardCharsets.UTF_8)),
            OptionalLong.empty(),
            new long[0],
            OptionalLong.empty(),
            OptionalLong.empty(),
            UnixFsAttributes.NONE);
    Cid root = node(UnixFsData.folder(), new PbLink(node(link), "link", 1));
    TreePlan plan = TreePlanner.plan(blocks.walk(root));
    assertEquals(List.of(), plan.files());
    assertEquals("link", plan.skipped().getFirst().path());
  }

  @Test
  void fiveThousandFilesAreShardedAndFoundAgain() throws Exception {
    ImportProfile profile = ImportProfile.unixfsV1(ImportProfile.MAX_LEAF_SIZE_BYTES);
    List<FolderLayout.Named> entries = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      byte[] content = ByteBuffer.allocate(4).putInt(i).array();
      entries.add(
          new FolderLayout.Named("datei-é-" + i + ".txt", blocks.file(content, profile, true)));
    }
    DagChild root = new FolderLayout(profile, blocks).write(entries);
    assertTrue(UnixNode.parse(blocks.load(root.cid())) instanceof UnixNode.Shard);
    TreePlan plan = TreePlanner.plan(blocks.walk(root.cid()));
    assertEquals(5_000, plan.files().size());
    assertEquals(20_000, root.fileBytes());
  }

  @Test
  void aMillionLeavesFitIntoBoundedMemory() throws Exception {
    ImportProfile profile = ImportProfile.unixfsV1(ImportProfile.MAX_LEAF_SIZE_BYTES);
    FileLayout layout = new FileLayout(profile, blocks);
    byte[] digest = new byte[32];
    int leaves = 1_000_000;
    for (int i = 0; i < leaves; i++) {
      ByteBuffer.wrap(digest).putInt(i * 0x9e3779b9).putInt(i);
      Cid cid = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
      layout.addLeaf(DagChild.leaf(cid, 1 << 20, 1 << 20));
    }
    DagChild root = layout.finish();
    assertEquals(leaves * (1L << 20), root.fileBytes());
    TreePlan plan = TreePlanner.plan(blocks.walk(root.cid()));
    assertEquals(leaves, plan.files().getFirst().content().leafCount());
    assertEquals(leaves * (1L << 20), plan.sizeBytes());
    assertEquals(
        plan.sizeBytes() - (1 << 20), plan.files().getFirst().content().offset(leaves - 1));
  }
}
