package io.shoal.runtime.content;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.PermanentException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.HamtShard;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.importer.DagChild;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Content whose maker broke the rules, and content that is here in part or damaged: each call ends
/// with the exception that says so, and leaves no chunk open.
@Timeout(60)
class MalformedContentsTest {
  @TempDir Path folder;
  private LeasedStore store;

  @BeforeEach
  void open() throws Exception {
    store = new LeasedStore(folder.resolve("chunks"));
  }

  @AfterEach
  void close() {
    assertEquals(0, store.openNow(), "chunks that were left open");
    store.close();
  }

  private OpenContents contents() {
    return new OpenContents(store.local(), any -> true, any -> Optional.empty());
  }

  private Cid node(UnixFsData data, PbLink... links) throws IOException {
    return store.putNode(DagPb.encode(new PbNode(List.of(links), Optional.of(data.encode()))));
  }

  private Cid folderOf(String name, Cid child) throws IOException {
    return node(UnixFsData.folder(), new PbLink(child, name, 1));
  }

  private Cid shardOf(int fanout, int bucket, String name, Cid child) throws IOException {
    return node(
        UnixFsData.shard(HamtShard.bitmap(List.of(bucket), fanout), fanout),
        new PbLink(child, HamtShard.linkPrefix(bucket, fanout) + name, 1));
  }

  private DagChild leaf(int sizeBytes) throws IOException {
    byte[] bytes = new byte[sizeBytes];
    Arrays.fill(bytes, (byte) sizeBytes);
    return store.leaf(bytes);
  }

  /// Opens, lists and reads all of it.
  private void use(Cid root, String path) throws ShoalException, IOException {
    try (OpenContents contents = contents();
        Content content = contents.open(root, path).orElseThrow()) {
      for (int file = 0; file < content.files().size(); file++) {
        ByteBuffer into = ByteBuffer.allocate(64);
        for (long at = 0, read = 0; read >= 0; at += read) {
          read = content.read(file, at, into.clear());
        }
      }
    }
  }

  @Test
  void aPartOfAnotherSizeThanItsParentSaysIsRefused() throws Exception {
    Cid tooShort = node(UnixFsData.fileNode(6, new long[] {6}), new PbLink(leaf(5).cid(), "", 5));
    assertThrows(MalformedContentException.class, () -> use(tooShort, ""));
    Cid inner = node(UnixFsData.fileNode(5, new long[] {5}), new PbLink(leaf(5).cid(), "", 5));
    Cid above = node(UnixFsData.fileNode(9, new long[] {9}), new PbLink(inner, "", 5));
    assertThrows(MalformedContentException.class, () -> use(above, ""));
  }

  @Test
  void aPartThatIsAFolderIsRefused() throws Exception {
    Cid part = folderOf("x", leaf(5).cid());
    Cid file = node(UnixFsData.fileNode(5, new long[] {5}), new PbLink(part, "", 5));
    assertThrows(MalformedContentException.class, () -> use(file, ""));
  }

  @Test
  void partsWithoutBytesAreSteppedOver() throws Exception {
    Cid empty = leaf(0).cid();
    DagChild five = leaf(5);
    Cid file =
        node(
            UnixFsData.fileNode(5, new long[] {0, 5, 0}),
            new PbLink(empty, "", 0),
            new PbLink(five.cid(), "", 5),
            new PbLink(empty, "", 0));
    use(file, "");
    try (OpenContents contents = contents();
        Content content = contents.open(file, "").orElseThrow()) {
      ByteBuffer into = ByteBuffer.allocate(9);
      assertEquals(5, content.read(0, 0, into));
      assertEquals(-1, content.read(0, 5, into));
      assertEquals(-1, content.read(0, Long.MAX_VALUE, into));
    }
  }

  @Test
  void aFileThatClaimsAlmostAllNumbersIsReadAtItsFarEnd() throws Exception {
    Cid leaf = leaf(5).cid();
    long huge = Long.MAX_VALUE - 5;
    Cid gone = Cid.of(Cid.RAW, leaf(6).cid().multihash());
    store.delete(gone);
    Cid file =
        node(
            UnixFsData.fileNode(Long.MAX_VALUE, new long[] {huge, 5}),
            new PbLink(gone, "", 0),
            new PbLink(leaf, "", 5));
    try (OpenContents contents = contents();
        Content content = contents.open(file, "").orElseThrow()) {
      assertEquals(3, content.read(0, huge + 2, ByteBuffer.allocate(9)));
      assertThrows(RetryableException.class, () -> content.read(0, 0, ByteBuffer.allocate(9)));
      assertThrows(
          IndexOutOfBoundsException.class, () -> content.read(0, -1, ByteBuffer.allocate(9)));
      assertThrows(
          IndexOutOfBoundsException.class, () -> content.read(1, 0, ByteBuffer.allocate(9)));
    }
  }

  @Test
  void foldersAndFilesDeeperThanTheLimitAreRefused() throws Exception {
    Cid folders = leaf(5).cid();
    Cid files = folders;
    for (int i = 0; i < 100; i++) {
      folders = folderOf("d", folders);
      files = node(UnixFsData.fileNode(5, new long[] {5}), new PbLink(files, "", 5));
    }
    Cid deepFolder = folders;
    Cid deepFile = files;
    assertThrows(PermanentException.class, () -> use(deepFolder, ""));
    assertThrows(NoSuchPathException.class, () -> use(deepFolder, "d/".repeat(99) + "d"));
    assertThrows(PermanentException.class, () -> use(deepFile, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", ".", "a/b", "nul\0"})
  void aNameThatTheNodeRefusesIsNeitherListedNorFound(String name) throws Exception {
    Cid flat = folderOf(name, leaf(5).cid());
    Cid sharded = shardOf(256, HamtShard.bucket(HamtShard.hash(name), 0, 256), name, leaf(5).cid());
    for (Cid root : List.of(flat, sharded)) {
      assertThrows(PermanentException.class, () -> use(root, ""));
      assertThrows(PermanentException.class, () -> use(root, name));
    }
  }

  @Test
  void aShardThatLeadsToSomethingElseOrToItsOwnKindForEverIsRefused() throws Exception {
    Cid toFile = shardOf(8, HamtShard.bucket(HamtShard.hash("x"), 0, 8), "", leaf(5).cid());
    assertThrows(MalformedContentException.class, () -> use(toFile, ""));
    assertThrows(MalformedContentException.class, () -> use(toFile, "x"));
    Cid deep = shardOf(8, 0, "y", leaf(5).cid());
    for (int level = 40; level >= 0; level--) {
      int bucket = level < 21 ? HamtShard.bucket(HamtShard.hash("x"), level, 8) : 0;
      deep = shardOf(8, bucket, "", deep);
    }
    Cid root = deep;
    assertThrows(MalformedContentException.class, () -> use(root, ""));
    assertThrows(MalformedContentException.class, () -> use(root, "x"));
  }

  @Test
  void foldersThatLinkToTheSameFolderManyTimesEndAtTheLimit() throws Exception {
    Cid below = node(UnixFsData.folder());
    for (int level = 0; level < 20; level++) {
      below =
          node(
              UnixFsData.folder(),
              new PbLink(below, "a", 1),
              new PbLink(below, "b", 1),
              new PbLink(below, "c", 1));
    }
    Cid root = below;
    assertThrows(PermanentException.class, () -> use(root, ""));
    use(root, "a/b/c/a/b/c/a/b/c/a/b/c");
  }

  @Test
  void aListThatIsTooLongGivesItsBudgetBack() throws Exception {
    PbLink[] links = new PbLink[30];
    for (int i = 0; i < links.length; i++) {
      links[i] = new PbLink(leaf(5).cid(), "f%02d".formatted(i), 5);
    }
    Cid root = node(UnixFsData.folder(), links);
    StoredNodes nodes = new StoredNodes(store.local(), root);
    ListedFiles budget = new ListedFiles(50);
    for (int i = 0; i < 10; i++) {
      assertThrows(
          PermanentException.class,
          () -> new FolderFiles(nodes, budget, 29).list(root, nodes.node(root)));
    }
    assertEquals(30, new FolderFiles(nodes, budget, 30).list(root, nodes.node(root)).size());
    for (int i = 0; i < 10; i++) {
      assertThrows(
          RetryableException.class,
          () -> new FolderFiles(nodes, budget, 30).list(root, nodes.node(root)));
    }
    budget.giveBack(30);
    assertEquals(30, new FolderFiles(nodes, budget, 30).list(root, nodes.node(root)).size());
  }

  @Test
  void placesAndBudgetComeBackHoweverAContentEnds() throws Exception {
    Cid gone = leaf(6).cid();
    store.delete(gone);
    Cid root =
        node(
            UnixFsData.folder(),
            new PbLink(leaf(5).cid(), "here", 5),
            new PbLink(gone, "there", 6));
    try (OpenContents contents =
        new OpenContents(store.local(), any -> true, any -> Optional.empty(), 2)) {
      for (int i = 0; i < 20; i++) {
        assertThrows(NoSuchPathException.class, () -> contents.open(root, "nowhere"));
        try (Content content = contents.open(root, "").orElseThrow()) {
          assertThrows(RetryableException.class, content::files);
        }
        Content file = contents.open(root, "here").orElseThrow();
        file.files();
        file.close();
        file.close();
      }
      List<Content> open = new ArrayList<>();
      open.add(contents.open(root, "here").orElseThrow());
      open.add(contents.open(root, "here").orElseThrow());
      assertThrows(RetryableException.class, () -> contents.open(root, "here"));
      open.forEach(Content::close);
      open.forEach(Content::close);
      open.clear();
      open.add(contents.open(root, "here").orElseThrow());
      open.add(contents.open(root, "here").orElseThrow());
      assertThrows(RetryableException.class, () -> contents.open(root, "here"));
    }
  }

  @Test
  void aDamagedChunkIsNeverGiven() throws Exception {
    byte[] bytes = new byte[64];
    new Random(1).nextBytes(bytes);
    DagChild damaged = store.leaf(bytes);
    DagChild whole = leaf(5);
    Cid root =
        node(
            UnixFsData.fileNode(69, new long[] {64, 5}),
            new PbLink(damaged.cid(), "", 64),
            new PbLink(whole.cid(), "", 5));
    store.corrupt(damaged.cid());
    try (OpenContents contents = contents();
        Content content = contents.open(root, "").orElseThrow()) {
      ByteBuffer into = ByteBuffer.allocate(9);
      assertThrows(RetryableException.class, () -> content.read(0, 0, into));
      assertThrows(RetryableException.class, () -> content.region(0, 3));
      assertEquals(0, into.position());
      assertEquals(5, content.read(0, 64, into));
    }
    assertTrue(store.find(damaged.cid()).isEmpty(), "it is quarantined");
  }

  /// Bytes of folders and files with a few of them changed: every call ends, and with an exception
  /// that its contract names.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedNodesEndInTheExceptionsOfTheContract(long seed) throws Exception {
    Random random = new Random(seed);
    PbLink[] links = new PbLink[6];
    for (int i = 0; i < links.length; i++) {
      Cid file =
          node(
              UnixFsData.fileNode(5 + i, new long[] {5, i}),
              new PbLink(leaf(5).cid(), "", 5),
              new PbLink(leaf(i).cid(), "", i));
      links[i] = new PbLink(file, "f" + i, 99);
    }
    byte[] flat =
        DagPb.encode(new PbNode(List.of(links), Optional.of(UnixFsData.folder().encode())));
    byte[] sharded =
        DagPb.encode(
            new PbNode(
                List.of(new PbLink(links[0].hash(), HamtShard.linkPrefix(3, 8) + "f", 1)),
                Optional.of(UnixFsData.shard(HamtShard.bitmap(List.of(3), 8), 8).encode())));
    int refused = 0;
    for (int i = 0; i < 2_000; i++) {
      byte[] block = (i % 2 == 0 ? flat : sharded).clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        block[random.nextInt(block.length)] = (byte) random.nextInt(256);
      }
      Cid root = store.putNode(block);
      try {
        use(root, i % 3 == 0 ? "f" + random.nextInt(6) : "");
      } catch (PermanentException | RetryableException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 100, refused + " were refused");
  }
}
