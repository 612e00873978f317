package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.testing.MemoryNetwork;
import io.shoal.runtime.testing.PlainStore;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// References that lead into a folder, or say where to look.
class FolderReferenceTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder;
  private TestSwarm swarm;
  private TestNode first;
  private Cid root;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(folder);
    first = swarm.node("first");
    swarm.file("tree/sub dir/deep", 700_000, 1);
    swarm.file("tree/large", 3_000_000, 2);
    swarm.file("tree/50% off", 10, 3);
    root = first.add(folder.resolve("tree"));
    TestSwarm.await(LONG, () -> swarm.announced().contains(root));
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private Reference inside(String path) throws Exception {
    return Reference.parse(root + "/" + path);
  }

  private static byte[] cat(TestNode node, Reference reference) throws Exception {
    var out = new ByteArrayOutputStream();
    node.cat(reference, LONG, out);
    return out.toByteArray();
  }

  @Test
  void aFileInAFolderIsFetchedWithoutTheRestOfTheFolder() throws Exception {
    PlainStore store = new PlainStore();
    TestNode second = swarm.node("second", Node.Mode.FETCH, store);

    ContentCommands.Fetched fetched = second.get(inside("sub dir/deep"), "copy", LONG, false);

    assertArrayEquals(
        Files.readAllBytes(folder.resolve("tree/sub dir/deep")),
        Files.readAllBytes(folder.resolve("copy")));
    assertTrue(fetched.bytesTransferred() < 1_000_000, fetched::toString);
  }

  @Test
  void aFileInAFolderTakesItsNameFromThePath() throws Exception {
    TestNode second = swarm.node("second");
    Path into = Files.createDirectory(folder.resolve("into"));

    second.get(ContentCommands.GetRequest.builder(inside("sub dir"), into).timeout(LONG).build());

    assertTrue(Files.isRegularFile(into.resolve("sub dir/deep")));
  }

  @Test
  void aFileInAFolderIsReadOutAsItComes() throws Exception {
    TestNode second = swarm.node("second");
    byte[] due = Files.readAllBytes(folder.resolve("tree/sub dir/deep"));

    assertArrayEquals(due, cat(second, inside("sub dir/deep")));
    assertArrayEquals(due, cat(first, inside("sub%20dir/deep")));
    assertEquals(10, cat(second, inside("50% off")).length);
  }

  @Test
  void aPathThatLeadsNowhereIsNotFound() throws Exception {
    TestNode second = swarm.node("second");
    for (String path : List.of("sub dir/none", "large/x", "sub dir/deep/x")) {
      NotFoundException none =
          assertThrows(NotFoundException.class, () -> cat(second, inside(path)), path);
      assertTrue(none.getMessage().contains("check the path"), none::getMessage);
    }
    assertFalse(Files.exists(folder.resolve("none")));
  }

  @Test
  void theAddressesOfALinkAreAsked() throws Exception {
    TestNode alone = swarm.nodeWithoutDiscovery("alone");
    var link =
        new Reference.Content(
            root,
            Optional.of("named"),
            List.of(MemoryNetwork.address("first")),
            OptionalLong.empty());
    Reference within = new Reference.InFolder(link, "sub dir/deep", Optional.empty());

    assertEquals(700_000, cat(alone, within).length);
    alone.get(link, "whole", LONG, false);

    assertTrue(Files.isRegularFile(folder.resolve("whole/large")));
  }
}
