package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.maintenance.StoreCopy;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.testing.JdkSha256;
import io.shoal.runtime.testing.PlainStore;
import io.shoal.runtime.testing.SimulatedFileSystem;
import io.shoal.runtime.testing.SimulatedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A node whose chunks another storage plugin keeps than the one that has them.
class SwappedStoreTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final SimulatedFiles files = new SimulatedFiles();
  private final Path home = new SimulatedFileSystem(files).getPath("/home");
  private final ModelStore before = new ModelStore(files);
  private final ModelStore after = new ModelStore(files);
  private TestSwarm swarm;
  private TestNode node;
  private Cid file;
  private Cid folder;
  private Cid inPlace;

  @BeforeEach
  void add() throws Exception {
    Files.createDirectories(home.resolve("folder"));
    swarm = new TestSwarm(home);
    node = start(before);
    file = add(Files.write(home.resolve("file"), content(1)), false);
    Files.write(home.resolve("folder/inner"), content(2));
    folder = add(home.resolve("folder"), false);
    inPlace = add(Files.write(home.resolve("in-place"), content(3)), true);
    assertEquals(List.of(), advice());
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private TestNode start(ChunkStore store) throws Exception {
    return swarm.node("node", Node.Mode.SERVE, store, "digests.whenIdle", "false");
  }

  private void restart(ChunkStore store) throws Exception {
    node.close();
    swarm.forgetAnnounced();
    node = start(store);
  }

  private void swap() throws Exception {
    node.close();
    swarm.forgetAnnounced();
    Files.writeString(remembered(), "store-old\n");
    node = start(after);
  }

  private Path remembered() {
    return home.resolve("data-node/runtime/stores");
  }

  private static byte[] content(int number) {
    byte[] bytes = new byte[LEAF * 2 + number];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  private Cid add(Path path, boolean inPlace) throws Exception {
    List<ContentCommands.Added> added = new ArrayList<>();
    node.add(
        ContentCommands.AddRequest.builder(List.of(path))
            .inPlace(inPlace)
            .leafSizeBytes(LEAF)
            .build(),
        added::add);
    return Cid.parse(added.getFirst().root());
  }

  private List<String> advice() throws Exception {
    return node.status().advice().stream().filter(line -> !line.contains("announced")).toList();
  }

  private StoreCommands.Copied copy() throws Exception {
    ChunkCheck check = new ChunkCheck(List.of(new JdkSha256()));
    return new StoreCopy(before, after, check, ProgressListener.SILENT, System::nanoTime).run();
  }

  @Test
  void whatAnotherStoreHasIsNamedAndNotProvided() throws Exception {
    swap();

    assertEquals(
        List.of(
            "3 roots are not in storage, which keeps chunks now: stop the node and run 'shoal store"
                + " copy store-old storage', or set active.storage back"),
        advice());
    assertEquals("folder", node.stat(folder).kind());
    assertEquals("file", node.stat(file).kind());
    assertTrue(
        node.roots().stream().allMatch(root -> root.note().contains("'shoal status'")),
        node.roots()::toString);
    node.lookAtFiles();
    assertEquals(Set.of(), swarm.announced());

    // The advice stays until the roots are here.
    restart(after);
    assertEquals(1, advice().size());
    Cid again = add(home.resolve("file"), false);
    assertEquals(file, again);
    TestSwarm.await(PATIENCE, () -> !swarm.announcedAt(file).isEmpty());
    assertTrue(advice().getFirst().startsWith("2 roots are not in storage"), advice()::toString);
  }

  @Test
  void collectionForgetsNothingThatAnotherStoreHas() throws Exception {
    swap();

    assertEquals(0, node.collect().rootsForgotten());
    restart(before);

    assertEquals(List.of(), advice());
    assertEquals("storage\n", Files.readString(remembered()));
    assertEquals(3, node.roots().size());
  }

  @Test
  void afterACopyAllIsProvidedAgain() throws Exception {
    swap();
    node.close();

    StoreCommands.Copied copied = copy();
    assertEquals(0, copied.chunksLeftOut());
    assertEquals(new StoreCommands.Copied(0, 0, copied.chunksCopied(), 0), copy());
    node = start(after);

    assertEquals(List.of(), advice());
    assertEquals("storage\n", Files.readString(remembered()));
    for (Cid root : List.of(file, folder, inPlace)) {
      TestSwarm.await(PATIENCE, () -> !swarm.announcedAt(root).isEmpty());
      assertEquals(node.stat(root).chunks(), node.stat(root).chunksHere());
    }
    assertTrue(
        after.claims(home.resolve("in-place")).orElseThrow().segments().size() > 1,
        "the user's file is served in place");
    assertTrue(after.find(inPlace).orElseThrow().owned());
  }

  @Test
  void aChangedFileIsLeftOutOfACopy() throws Exception {
    byte[] other = content(3);
    other[LEAF] ^= 1;
    SimulatedFiles.Stat was = files.stat("/home/in-place").orElseThrow();
    assertEquals(other.length, was.sizeBytes());
    Files.write(home.resolve("in-place"), other);
    node.close();

    StoreCommands.Copied copied = copy();

    assertEquals(0, copied.chunksLeftOut(), "its chunks are no longer in the first store");
    assertTrue(after.claims(home.resolve("in-place")).isEmpty());
  }

  @Test
  void aStoreThatLostAllIsNamed() throws Exception {
    restart(new PlainStore());

    assertTrue(
        advice().getFirst().startsWith("2 roots are not in storage, which has no chunks: if its"),
        advice()::toString);
  }
}
