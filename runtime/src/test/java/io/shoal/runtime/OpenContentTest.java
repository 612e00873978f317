package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Content;
import io.shoal.api.FileEntry;
import io.shoal.api.FileRegion;
import io.shoal.api.Multihash;
import io.shoal.api.NoSuchPathException;
import io.shoal.api.PeerAddress;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.RetryableException;
import io.shoal.api.Upload;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.StoreCommands.Sharing;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.TreePlan;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.OnDiskStore;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.RemoteStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a plugin reads of the content of a node.
@Timeout(120)
class OpenContentTest {
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

  private static Content open(TestNode node, Cid root, String path) throws Exception {
    return node.access.open(root, path).orElseThrow();
  }

  private static byte[] read(Content content, int file, long offset, int length) throws Exception {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      if (content.read(file, offset + into.position(), into) < 0) {
        break;
      }
    }
    return Arrays.copyOf(into.array(), into.position());
  }

  /// Files in folders, among them one whose list of names is so long that it is sharded.
  private Map<String, byte[]> tree(Path top) throws Exception {
    Map<String, byte[]> files = new TreeMap<>();
    Random random = new Random(5);
    for (String path : List.of("a/b/large", "a/b/small", "a/empty", "top")) {
      byte[] bytes = new byte[path.endsWith("large") ? 3 * LEAF + 77 : 4 * path.indexOf('/') + 4];
      random.nextBytes(bytes);
      files.put(path, path.endsWith("empty") ? new byte[0] : bytes);
    }
    for (int i = 0; i < 1_200; i++) {
      String name = "many/" + "n".repeat(220) + i;
      files.put(name, name.substring(220).getBytes(StandardCharsets.UTF_8));
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path place = top.resolve(file.getKey());
      Files.createDirectories(place.getParent());
      Files.write(place, file.getValue());
    }
    return files;
  }

  @Test
  void everyRangeOfEveryFileInNestedAndShardedFoldersIsRight() throws Exception {
    Map<String, byte[]> files = tree(folder.resolve("in"));
    TestNode first = swarm.node("first");
    Cid root = first.add(folder.resolve("in"));
    TestNode second = swarm.node("second");
    second.access.pin(root);

    Random random = new Random(7);
    try (Content content = open(second, root, "")) {
      List<FileEntry> entries = content.files();
      assertEquals(List.copyOf(files.keySet()), entries.stream().map(FileEntry::path).toList());
      assertTrue(content.isFolder());
      for (int i = 0; i < entries.size(); i++) {
        byte[] bytes = files.get(entries.get(i).path());
        assertEquals(bytes.length, entries.get(i).sizeBytes());
        int from = random.nextInt(bytes.length + 1);
        int to = from + random.nextInt(bytes.length - from + 1);
        assertArrayEquals(Arrays.copyOfRange(bytes, from, to), read(content, i, from, to - from));
        assertEquals(-1, content.read(i, bytes.length, ByteBuffer.allocate(1)));
      }
    }
    for (String path : List.of("a/b/large", "a/empty", "many/" + "n".repeat(220) + 1_100)) {
      try (Content content = open(second, root, path)) {
        assertFalse(content.isFolder());
        assertEquals(List.of(new FileEntry("", files.get(path).length)), content.files());
        assertArrayEquals(files.get(path), read(content, 0, 0, files.get(path).length));
        assertEquals(Optional.of(path.substring(path.lastIndexOf('/') + 1)), content.name());
        assertEquals(root, content.root());
      }
    }
    try (Content content = open(second, root, "a")) {
      assertEquals(
          List.of("b/large", "b/small", "empty"),
          content.files().stream().map(FileEntry::path).toList());
    }
  }

  @Test
  void anywhereElseIsNoSuchPath() throws Exception {
    tree(folder.resolve("in"));
    TestNode node = swarm.node("node");
    Cid root = node.add(folder.resolve("in"));
    for (String path :
        List.of(
            "nothing",
            "a/b/large/x",
            "a//b",
            "/a",
            "a/",
            "..",
            "a/../top",
            "many/n",
            "a\0",
            "x".repeat(5_000),
            "a/".repeat(100) + "a")) {
      NoSuchPathException missing =
          assertThrows(NoSuchPathException.class, () -> node.access.open(root, path));
      assertEquals(1, String.valueOf(missing.getMessage()).lines().count());
    }
  }

  @Test
  void aByteInTheMiddleReadsItsChunkAndTheNodesAboveIt() throws Exception {
    RemoteStore store = new RemoteStore();
    TestNode node = swarm.node("node", Node.Mode.SERVE, store);
    Path file = swarm.file("in", LEAF * 40, 1);
    Cid root = node.add(file);
    byte[] bytes = Files.readAllBytes(file);
    try (Content content = open(node, root, "")) {
      long before = store.bytesRead();
      int at = LEAF * 20 + 5;
      assertArrayEquals(Arrays.copyOfRange(bytes, at, at + 9), read(content, 0, at, 9));
      assertTrue(store.bytesRead() - before < 2 * LEAF, "it read " + (store.bytesRead() - before));
      before = store.bytesRead();
      assertArrayEquals(Arrays.copyOfRange(bytes, at + 9, at + 20), read(content, 0, at + 9, 11));
      assertEquals(11, store.bytesRead() - before, "what was checked is not read again");
    }
  }

  @Test
  void onlyWhatIsHereAndNotPrivateIsOpened() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", 9, 1));
    Cid hidden = Cid.parse(node.add(swarm.file("hidden", 9, 2), true).root());
    Cid unknown = Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));

    assertEquals(List.of(root), node.access.roots());
    assertEquals(Optional.empty(), node.access.open(hidden, ""));
    assertEquals(Optional.empty(), node.access.open(unknown, ""));
    node.share(hidden, Sharing.PUBLIC);
    open(node, hidden, "").close();
    node.share(root, Sharing.PRIVATE);
    assertEquals(List.of(hidden), node.access.roots());
    assertEquals(Optional.empty(), node.access.open(root, ""));
  }

  /// A leaf that is a root of nobody's is no content of its own: a private root may have it.
  @Test
  void apartOfARootIsReachedByItsPathAlone() throws Exception {
    TestNode node = swarm.node("node");
    swarm.file("in/file", 9, 1);
    Cid root = node.add(folder.resolve("in"));
    try (Content content = open(node, root, "file")) {
      assertEquals(Optional.empty(), node.access.open(content.cid(), ""));
    }
  }

  @Test
  void whatIsMissingOrCorruptIsReportedAndTheRestIsRead() throws Exception {
    PlainStore store = new PlainStore();
    TestNode node = swarm.node("node", Node.Mode.SERVE, store);
    Path file = swarm.file("in", LEAF * 4, 1);
    byte[] bytes = Files.readAllBytes(file);
    Cid root = node.add(file);
    TreePlan plan = node.dag().plan(root).orElseThrow();
    TreePlan.Content leaves = plan.files().getFirst().content();
    store.chunks.remove(plan.leafCid(leaves.leaf(1)).multihash());
    store.chunks.get(plan.leafCid(leaves.leaf(2)).multihash())[7]++;

    try (Content content = open(node, root, "")) {
      assertThrows(RetryableException.class, () -> read(content, 0, LEAF + 5, 1));
      assertThrows(RetryableException.class, () -> read(content, 0, 2 * LEAF + 7, 1));
      assertThrows(RetryableException.class, () -> content.region(0, LEAF));
      assertArrayEquals(
          Arrays.copyOfRange(bytes, 3 * LEAF, 4 * LEAF), read(content, 0, 3 * LEAF, LEAF));
      assertArrayEquals(Arrays.copyOf(bytes, LEAF), read(content, 0, 0, LEAF));
    }
    store.chunks.remove(root.multihash());
    assertThrows(RetryableException.class, () -> node.access.open(root, ""));
  }

  /// Other programs put a file's bytes into nodes; and anybody can make nodes that lie.
  @Test
  void leavesInNodesAreReadAndNodesThatLieAreRefused() throws Exception {
    PlainStore store = new PlainStore();
    TestNode node = swarm.node("node", Node.Mode.SERVE, store);
    byte[] bytes = Blocks.pattern(300_000);
    ImportProfile profile = ImportProfile.unixfsV1(ImportProfile.MIN_LEAF_SIZE_BYTES);
    Blocks blocks = new Blocks();
    Cid root = blocks.file(bytes, profile, false).cid();
    blocks.forEach((cid, block) -> store.chunks.put(cid.multihash(), block));
    node.keep(KeptRoot.pinned(root, "in", bytes.length, false));
    try (Content content = open(node, root, "")) {
      assertEquals(Optional.of("in"), content.name());
      assertArrayEquals(Arrays.copyOfRange(bytes, 100, 299_000), read(content, 0, 100, 298_900));
      assertEquals(Optional.empty(), content.region(0, 0));
    }

    Cid liar = lyingFile(store);
    node.keep(KeptRoot.pinned(liar, "liar", 5, false));
    try (Content content = open(node, liar, "")) {
      assertThrows(MalformedContentException.class, () -> read(content, 0, 3, 1));
    }
  }

  /// A file whose second part has two bytes where its parent says four.
  private static Cid lyingFile(PlainStore store) {
    Blocks blocks = new Blocks();
    Cid right = blocks.put(Cid.RAW, new byte[] {1});
    Cid wrong = blocks.put(Cid.RAW, new byte[] {2, 3});
    List<PbLink> parts = List.of(new PbLink(right, "", 1), new PbLink(wrong, "", 2));
    byte[] data = UnixFsData.fileNode(5, new long[] {1, 4}).encode();
    Cid root = blocks.putNode(DagPb.encode(new PbNode(parts, Optional.of(data))));
    blocks.forEach((cid, block) -> store.chunks.put(cid.multihash(), block));
    return root;
  }

  @Test
  void aCollectionSparesWhatIsOpen() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = node.add(file);
    try (Content content = open(node, root, "")) {
      node.unpin(root);
      assertEquals(0, node.collect().chunksRemoved());
      assertArrayEquals(Files.readAllBytes(file), read(content, 0, 0, LEAF * 3));
      assertEquals(Optional.empty(), node.access.open(root, ""));
    }
    assertEquals(4, node.collect().chunksRemoved());
  }

  @Test
  void manyThreadsReadOneContentAtOnce() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", LEAF * 9 + 5, 1);
    byte[] bytes = Files.readAllBytes(file);
    Cid root = node.add(file);
    try (Content content = open(node, root, "");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> parts = new ArrayList<>();
      for (int part = 0; part < 40; part++) {
        long from = (long) part * bytes.length / 40;
        int length = (int) ((part + 1L) * bytes.length / 40 - from);
        parts.add(threads.submit(() -> read(content, 0, from, length)));
      }
      ByteBuffer all = ByteBuffer.allocate(bytes.length);
      for (Future<byte[]> part : parts) {
        all.put(part.get());
      }
      assertArrayEquals(bytes, all.array());
    }
  }

  @Test
  void tooManyOpenContentsAreRefusedUntilOneIsClosed() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", 9, 1));
    List<Content> open = new ArrayList<>();
    for (int i = 0; i < 256; i++) {
      open.add(open(node, root, ""));
    }
    assertThrows(RetryableException.class, () -> node.access.open(root, ""));
    open.getFirst().close();
    open.getFirst().close();
    open(node, root, "");
    assertThrows(RetryableException.class, () -> node.access.open(root, ""));
  }

  @Test
  void afterTheEndNothingIsRead() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", 9, 1));
    Content content = open(node, root, "");
    content.files();
    Content other = open(node, root, "");
    other.close();
    assertThrows(IllegalStateException.class, other::files);
    node.close();
    assertThrows(IllegalStateException.class, () -> read(content, 0, 0, 1));
    assertThrows(IllegalStateException.class, () -> node.access.open(root, ""));
    content.close();
  }

  @Test
  void whatIsOutsideOfTheFileIsTheCallersFault() throws Exception {
    TestNode node = swarm.node("node");
    Cid root = node.add(swarm.file("in", 9, 1));
    try (Content content = open(node, root, "")) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertThrows(IndexOutOfBoundsException.class, () -> content.read(1, 0, one));
      assertThrows(IndexOutOfBoundsException.class, () -> content.read(0, -1, one));
      assertEquals(-1, content.read(0, Long.MAX_VALUE, one));
      assertEquals(0, content.read(0, 0, ByteBuffer.allocate(0)));
    }
  }

  @Test
  void pinFetchesWhatIsNotHereAndUnpinReleasesIt() throws Exception {
    TestNode first = swarm.node("first");
    Path file = swarm.file("in", LEAF * 3, 1);
    Cid root = first.add(file);
    TestNode second = swarm.node("second");

    second.access.pin(root);
    second.access.pin(root);
    assertTrue(second.kept(root).orElseThrow().pinned());
    assertEquals(0, second.collect().chunksRemoved());
    second.access.unpin(root);
    second.access.unpin(root);
    assertEquals(4, second.collect().chunksRemoved());
    assertEquals(Optional.empty(), second.access.open(root, ""));
  }

  @Test
  void unpinLeavesTheUsersOwnFilesAlone() throws Exception {
    TestNode node = swarm.node("node");
    Path file = swarm.file("in", 9, 1);
    Cid root = node.add(file);
    node.keep(KeptRoot.inPlace(root, "in", 9, false, file));
    assertThrows(UserFaultException.class, () -> node.access.unpin(root));
    assertTrue(node.kept(root).isPresent());
  }

  @Test
  void aSearchAsksEveryDiscoveryAndGivesEachAddressOnce() throws Exception {
    TestNode first = swarm.node("first");
    Cid root = first.add(swarm.file("in", 9, 1));
    TestSwarm.await(LONG, () -> !swarm.announcedAt(root).isEmpty());
    TestNode second = swarm.node("second");
    List<String> found = new ArrayList<>();
    Thread caller = Thread.currentThread();
    second.access.findProviders(
        root,
        Set.of("mem"),
        provider -> {
          assertEquals(caller, Thread.currentThread());
          return found.add(provider.address().uri());
        });
    assertEquals(swarm.announcedAt(root).stream().map(address -> address.uri()).toList(), found);
  }

  @Test
  void onlyANodeThatServesEverybodyServesThePeersOfPlugins() throws Exception {
    TestNode open = swarm.node("open");
    TestNode closed =
        swarm.node("closed", "access", "allow-list", "accessList", open.id.toString());
    TestNode silent = swarm.node("silent", Node.Mode.FETCH_ONLY, new PlainStore());
    PeerAddress browser = PeerAddress.of("http://192.0.2.7:4600");

    try (Upload upload = open.access.upload(browser)) {
      assertEquals(9, upload.permit(9));
    }
    assertEquals(9, open.sentBytes());
    for (TestNode node : List.of(closed, silent)) {
      RefusedException no = assertThrows(RefusedException.class, () -> node.access.upload(browser));
      assertInstanceOf(Refusal.Denied.class, no.refusal());
    }
  }

  @Test
  void aRegionIsTheRestOfItsChunkOnDisk() throws Exception {
    OnDiskStore store = new OnDiskStore(folder.resolve("chunks"));
    TestNode node = swarm.node("node", Node.Mode.SERVE, store);
    Path file = swarm.file("in", LEAF * 2, 1);
    byte[] bytes = Files.readAllBytes(file);
    Cid root = node.add(file);
    Content content = open(node, root, "");
    try (Content.Region region = content.region(0, LEAF + 5).orElseThrow()) {
      FileRegion run = region.bytes();
      ByteBuffer into = ByteBuffer.allocate(run.sizeBytes());
      assertEquals(LEAF - 5, run.channel().read(into, run.offsetBytes()));
      assertArrayEquals(Arrays.copyOfRange(bytes, LEAF + 5, 2 * LEAF), into.array());
      region.revalidate();
    }
    assertEquals(Optional.empty(), content.region(0, 2 * LEAF));
    for (int i = 0; i < 16; i++) {
      assertTrue(content.region(0, i).isPresent());
    }
    assertEquals(Optional.empty(), content.region(0, 0));
    assertEquals(16, store.open());
    content.close();
    assertEquals(0, store.open());
  }
}
