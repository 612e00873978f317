package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.importer.ImportProfile;
import io.shoal.runtime.testing.SimulatedFileSystem;
import io.shoal.runtime.testing.SimulatedFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Files that are served in place and whose users touch, change, move or delete them.
class ServedFilesTest {
  private static final int LEAF = ImportProfile.MIN_LEAF_SIZE_BYTES;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final SimulatedFiles files = new SimulatedFiles();
  private final Path home = new SimulatedFileSystem(files).getPath("/home");
  private final ModelStore store = new ModelStore(files);
  private TestSwarm swarm;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectories(home);
    swarm = new TestSwarm(home);
    node = start();
  }

  private TestNode start() throws Exception {
    return swarm.node("node", Node.Mode.SERVE, store, "digests.whenIdle", "false");
  }

  private void restart() throws Exception {
    node.close();
    node = start();
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private static byte[] content(int number) {
    byte[] bytes = new byte[LEAF * 2 + number];
    new Random(number).nextBytes(bytes);
    return bytes;
  }

  private Cid addInPlace(Path path) throws Exception {
    List<ContentCommands.Added> added = new ArrayList<>();
    node.add(
        ContentCommands.AddRequest.builder(List.of(path)).inPlace(true).leafSizeBytes(LEAF).build(),
        added::add);
    return Cid.parse(added.getFirst().root());
  }

  /// Writes the same bytes again: size and bytes are as they were, the times are others.
  private static void touch(Path file) throws Exception {
    Files.write(file, Files.readAllBytes(file));
  }

  private String kept(Cid root) throws Exception {
    return node.roots().stream()
        .filter(entry -> entry.root().equals(root.toString()))
        .map(StoreCommands.RootEntry::kept)
        .findFirst()
        .orElse("not here");
  }

  private void assertServed(Cid root) throws Exception {
    assertEquals("adopted", kept(root));
    assertEquals(node.dag().plan(root).orElseThrow().chunkCount(), node.stat(root).chunksHere());
    TestSwarm.await(PATIENCE, () -> !swarm.announcedAt(root).isEmpty());
  }

  private void assertNotAnnounced(Cid root) throws Exception {
    TestSwarm.await(PATIENCE, () -> swarm.announcedAt(root).isEmpty());
  }

  @Test
  void aFileThatWasTouchedIsServedOnAfterTheRegularCheck() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    touch(file);
    assertEquals("lost", kept(root));
    node.lookAtFiles();
    assertServed(root);
  }

  @Test
  void aTouchedFileOfAFolderIsServedOnToo() throws Exception {
    Path folder = Files.createDirectories(home.resolve("folder/inner"));
    Path file = Files.write(folder.resolve("file"), content(1));
    Files.write(home.resolve("folder/other"), content(2));
    Cid root = addInPlace(home.resolve("folder"));
    touch(file);
    assertTrue(node.stat(root).chunksHere() < node.stat(root).chunks());
    node.lookAtFiles();
    assertServed(root);
  }

  @Test
  void aFileThatWasTouchedIsServedOnAfterVerifyCollectionAddAndGet() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    touch(file);
    node.verify();
    assertServed(root);

    touch(file);
    node.collect();
    assertServed(root);

    touch(file);
    assertEquals(root, addInPlace(file));
    assertServed(root);

    touch(file);
    node.get(root, file.toString(), PATIENCE);
    assertServed(root);
  }

  @Test
  void aFileThatWasTouchedWhileNoNodeRanIsServedOn() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    node.close();
    touch(file);
    node = start();
    node.lookAtFiles();
    assertServed(root);
  }

  @Test
  void aMediumThatWasAwayIsServedAgainAndSurvivesACollection() throws Exception {
    Path medium = Files.createDirectories(home.resolve("medium"));
    Path file = Files.write(medium.resolve("file"), content(1));
    Cid root = addInPlace(file);
    Files.move(medium, home.resolve("away"));
    node.lookAtFiles();
    assertNotAnnounced(root);
    node.collect();
    Files.move(home.resolve("away"), medium);
    // Its numbers and times are others.
    Files.move(file, home.resolve("old"));
    Files.write(file, content(1));
    node.lookAtFiles();
    assertServed(root);
  }

  @Test
  void anotherPlaceOfTheSameBytesIsTakenByTheSameGet() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    Files.move(file, home.resolve("moved"));
    node.lookAtFiles();
    assertNotAnnounced(root);
    node.get(root, home.resolve("moved").toString(), PATIENCE);
    assertServed(root);
    assertEquals(Optional.of(home.resolve("moved")), node.kept(root).orElseThrow().path());
  }

  @Test
  void aFileWithOtherBytesOfTheSameSizeIsGivenUp() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    byte[] other = content(1);
    other[LEAF] ^= 1;
    Files.write(file, other);
    node.lookAtFiles();
    assertEquals("lost", kept(root));
    assertNotAnnounced(root);
    assertTrue(node.stat(root).chunksHere() < node.stat(root).chunks());
    assertEquals(1, node.collect().rootsForgotten());
    assertEquals("not here", kept(root));
  }

  @Test
  void rootsWhoseFilesAreGoneAreOneLineAndGoWithOneCollection() throws Exception {
    List<Cid> roots = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Path file = Files.write(home.resolve("file" + i), content(i));
      roots.add(addInPlace(file));
      Files.delete(file);
    }
    Cid kept = addInPlace(Files.write(home.resolve("kept"), content(99)));
    List<String> advice = node.status().advice();
    assertEquals(
        List.of("30 roots are not provided, since their files are gone: 'shoal gc' forgets them"),
        advice.stream().filter(line -> line.contains("roots are not provided")).toList());
    node.close();
    swarm.forgetAnnounced();
    node = start();
    TestSwarm.await(PATIENCE, () -> !swarm.announcedAt(kept).isEmpty());
    node.lookAtFiles();
    for (Cid root : roots) {
      assertNotAnnounced(root);
    }
    assertEquals(30, node.collect().rootsForgotten());
    assertEquals(List.of(kept.toString()), node.roots().stream().map(r -> r.root()).toList());
    restart();
    assertEquals(1, node.roots().size());
    node.unpin(roots.getFirst());
    assertThrows(NotFoundException.class, () -> node.unpin(Cid.parse(UNKNOWN)));
  }

  private static final String UNKNOWN =
      "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

  @Test
  void noneOfTheLostRootsIsAnnouncedAtAStart() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    node.close();
    Files.delete(file);
    swarm.forgetAnnounced();
    node = start();
    Cid other = addInPlace(Files.write(home.resolve("other"), content(2)));
    TestSwarm.await(PATIENCE, () -> !swarm.announcedAt(other).isEmpty());
    assertEquals(Set.of(), swarm.announcedAt(root));
  }

  @Test
  void aPinnedRootIsNeverForgotten() throws Exception {
    Path file = Files.write(home.resolve("file"), content(1));
    Cid root = addInPlace(file);
    node.pin(root);
    Files.delete(file);
    assertEquals(0, node.collect().rootsForgotten());
    assertEquals("pinned", kept(root));
    assertFalse(node.status().advice().isEmpty());
  }

  @Test
  void aTouchedDownloadIsServedToTheNextPeer() throws Exception {
    TestNode seed = swarm.node("seed");
    Cid root = seed.add(Files.write(home.resolve("source"), content(3)));
    Reference reference = new Reference.Content(root, Optional.empty());
    Path out = home.resolve("out");
    node.get(reference, out.toString(), PATIENCE, false, seed);
    seed.close();
    touch(out);
    node.lookAtFiles();
    TestNode other = swarm.node("other");
    other.get(reference, home.resolve("copy").toString(), PATIENCE, false, node);
    assertEquals(-1, Files.mismatch(out, home.resolve("copy")));
  }
}
