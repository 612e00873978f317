package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.store.KeptRoot;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.PlainStore;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whether what the commands report of content is true.
class ReportedContentTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final long DAG_CBOR = 0x71;

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

  private static byte[] node(UnixFsData data, PbLink... links) {
    return DagPb.encode(new PbNode(List.of(links), Optional.of(data.encode())));
  }

  /// UnixFS: type 4 is a symbolic link, and its data is where it leads to.
  private static byte[] link(String target) {
    byte[] text = target.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[4 + text.length];
    System.arraycopy(new byte[] {0x08, 4, 0x12, (byte) text.length}, 0, data, 0, 4);
    System.arraycopy(text, 0, data, 4, text.length);
    return DagPb.encode(new PbNode(List.of(), Optional.of(data)));
  }

  private TestNode having(Blocks blocks) throws Exception {
    PlainStore store = new PlainStore();
    blocks.forEach((cid, block) -> store.chunks.put(cid.multihash(), block));
    return swarm.node("node", Node.Mode.SERVE, store);
  }

  @Test
  void whatADownloadLeavesOutIsNamedEachTime() throws Exception {
    Blocks blocks = new Blocks();
    Cid file = blocks.put(Cid.RAW, new byte[] {1, 2, 3});
    Cid link = blocks.putNode(link("a"));
    Cid cbor = blocks.put(DAG_CBOR, new byte[] {(byte) 0xa0});
    Cid below = blocks.putNode(node(UnixFsData.folder(), new PbLink(link, "up\u001b[2J", 1)));
    Cid root =
        blocks.putNode(
            node(
                UnixFsData.folder(),
                new PbLink(file, "a", 3),
                new PbLink(below, "b", 1),
                new PbLink(cbor, "cbor", 1),
                new PbLink(link, "link", 1)));
    TestNode node = having(blocks);

    ContentCommands.Fetched fetched = node.get(root, "out", LONG);

    List<String> told =
        List.of(
            "b/up\\u001b[2J: it is a symbolic link to 'a'",
            "cbor: it is in the codec 0x71, which is not a file",
            "link: it is a symbolic link to 'a'");
    assertEquals(told, fetched.skipped());
    assertEquals(told, node.get(root, "out", LONG).skipped());
    assertEquals(3, fetched.sizeBytes());
    assertFalse(Files.exists(folder.resolve("out/link")));
    assertEquals(
        Map.of("a", "file", "b", "folder", "cbor", "other", "link", "symlink"),
        node.list(root).stream()
            .collect(
                Collectors.toMap(
                    StoreCommands.FolderEntry::name, StoreCommands.FolderEntry::kind)));
  }

  @Test
  void aRootThatIsALinkIsRefusedAsOne() throws Exception {
    Blocks blocks = new Blocks();
    Cid link = blocks.putNode(link("somewhere"));
    TestNode node = having(blocks);

    var refused =
        assertThrows(UserFaultException.class, () -> node.get(link, "out", LONG)).getMessage();
    assertTrue(refused.contains("it is a symbolic link to 'somewhere'"), refused);
    assertFalse(Files.exists(folder.resolve("out")));
    assertFalse(Files.exists(folder.resolve("out.part")));
    Reference reference = new Reference.Content(link, Optional.empty());
    assertThrows(
        UserFaultException.class, () -> node.cat(reference, LONG, OutputStream.nullOutputStream()));
    assertEquals("symlink", node.stat(link).kind());
    assertEquals("symlink", node.list(link).getFirst().kind());
  }

  private static List<String> names(TestNode node) throws Exception {
    return node.roots().stream().map(StoreCommands.RootEntry::name).sorted().toList();
  }

  @Test
  void filesWithTheSameBytesKeepTheirNames() throws Exception {
    TestNode node = swarm.node("node");
    Path one = swarm.file("one", LEAF + 3, 1);
    Path two = swarm.file("two", LEAF + 3, 1);
    List<ContentCommands.Added> added = new ArrayList<>();
    node.add(
        ContentCommands.AddRequest.builder(List.of(one, two, one)).leafSizeBytes(LEAF).build(),
        added::add);
    assertEquals(1, added.stream().map(ContentCommands.Added::root).distinct().count());
    assertEquals(List.of("one", "two"), names(node));
    for (StoreCommands.RootEntry entry : node.roots()) {
      assertEquals(added.getFirst().sizeBytes(), entry.sizeBytes());
      assertEquals("", entry.note());
    }
    node.unpin(Cid.parse(added.getFirst().root()));
    assertEquals(List.of(), names(node));
  }

  /// An earlier program counted what two peers had sent at the same time twice.
  @Test
  void sizesThatAnEarlierProgramWroteAreCorrected() throws Exception {
    PlainStore store = new PlainStore();
    TestNode node = swarm.node("node", Node.Mode.SERVE, store);
    swarm.file("tree/a/one", LEAF * 3, 1);
    swarm.file("tree/a/same", LEAF * 3, 1);
    swarm.file("tree/small", 10, 2);
    Cid tree = node.add(folder.resolve("tree"));
    Cid file = node.add(swarm.file("large", LEAF * 5 + 7, 3));
    Cid small = node.add(swarm.file("small", 12, 4));
    node.keep(KeptRoot.pinned(tree, "tree", LEAF * 7, true));
    node.keep(KeptRoot.pinned(file, "large", LEAF * 6, false));
    node.keep(KeptRoot.pinned(small, "small", 24, false));
    node.close();
    Path journal = folder.resolve("data-node/runtime/roots.journal");
    List<String> lines = new ArrayList<>(Files.readAllLines(journal));
    assertTrue(lines.removeIf(line -> line.startsWith("sizes ")));
    Files.write(journal, lines);

    TestNode again = swarm.node("node", Node.Mode.SERVE, store);

    Map<String, Long> sizes =
        again.roots().stream()
            .collect(
                Collectors.toMap(
                    StoreCommands.RootEntry::root, StoreCommands.RootEntry::sizeBytes));
    assertEquals(
        Map.of(
            tree.toString(), LEAF * 6L + 10, file.toString(), LEAF * 5L + 7, small.toString(), 12L),
        sizes);
  }
}
