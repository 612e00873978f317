package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.MalformedContentException;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.destination.DownloadTarget;
import io.shoal.runtime.store.DownloadJournal;
import io.shoal.runtime.testing.Blocks;
import io.shoal.runtime.testing.PlainStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Content that is here comes out as it went in, and only where it was asked to go.
public class ExportTest {
  private static final Duration SHORT = Duration.ofSeconds(20);

  @TempDir private Path temp;
  private TestSwarm swarm;
  private TestNode node;

  @BeforeEach
  void open() throws Exception {
    swarm = new TestSwarm(temp);
    node = swarm.node("node");
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  /// A deep and wide folder with empty, hidden and oddly named files.
  public static Path makeTree(Path root) throws IOException {
    Files.createDirectories(root);
    Path deep = root;
    for (int i = 0; i < 20; i++) {
      deep = deep.resolve("a rather long name for a folder, level " + i);
    }
    Files.createDirectories(deep);
    Files.createDirectory(root.resolve("hollow"));
    Files.write(deep.resolve("at the bottom.bin"), random(700_000, 1));
    Files.write(root.resolve("empty"), new byte[0]);
    Files.write(root.resolve(".hidden"), random(10, 2));
    Files.write(root.resolve("ąę-日本語-😀.txt"), random(300_000, 3));
    Path many = Files.createDirectory(root.resolve("many"));
    for (int i = 0; i < 5_000; i++) {
      Files.writeString(many.resolve("file number " + i + ".txt"), "content " + i);
    }
    return root;
  }

  private static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Map<String, String> listing(Path root) throws IOException {
    Map<String, String> listing = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
        listing.put(
            root.relativize(path).toString(),
            file ? Blocks.sha256Hex(Files.readAllBytes(path)) : "folder");
      }
    }
    return listing;
  }

  private void leftOver(Cid root) {
    try {
      node.journal().begin(new DownloadJournal.Begun(root, temp.resolve("copy")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTreeComesBackIdentical() throws Exception {
    Path tree = makeTree(temp.resolve("tree"));
    Cid root = node.add(tree);

    node.get(root, "copy", SHORT);

    assertEquals(listing(tree), listing(temp.resolve("copy")));
    assertFalse(Files.exists(temp.resolve("copy.part")));
  }

  @Test
  void aCorruptChunkIsQuarantinedAndNotHandedOut() throws Exception {
    Cid root = node.add(swarm.file("file", 1_000, 5));

    ((PlainStore) node.store).chunks.get(root.multihash())[500] ^= 1;
    assertEquals(Optional.empty(), node.load(root));
    assertTrue(node.store.find(root).isEmpty());
    assertEquals(Optional.empty(), node.load(root));
  }

  @Test
  void nothingIsWrittenThroughALinkInALeftOverPart() throws Exception {
    swarm.file("folder/inner/file", 30, 1);
    Files.createFile(temp.resolve("folder/inner/void"));
    Cid root = node.add(temp.resolve("folder"));
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Path victim = Files.writeString(outside.resolve("file"), "precious");

    leftOver(root);
    Path part = Files.createDirectory(temp.resolve("copy.part"));
    Files.createSymbolicLink(part.resolve("inner"), outside);
    assertThrows(UserFaultException.class, () -> node.get(root, "copy", SHORT));
    assertEquals("precious", Files.readString(victim));
    assertFalse(Files.exists(outside.resolve("void")));

    for (String name : List.of("file", "void")) {
      DownloadTarget.deleteTree(part);
      leftOver(root);
      Files.createDirectories(part.resolve("inner"));
      Files.createSymbolicLink(part.resolve("inner").resolve(name), victim);
      UserFaultException failure =
          assertThrows(UserFaultException.class, () -> node.get(root, "copy", SHORT));
      assertTrue(String.valueOf(failure.getMessage()).contains("symbolic link"));
      assertEquals("precious", Files.readString(victim));
    }
    assertFalse(Files.exists(temp.resolve("copy")));
  }

  @Test
  void anExistingFileIsNotReplaced() throws Exception {
    Cid root = node.add(swarm.file("file", 100, 1));
    Path taken = swarm.file("copy", 5, 2);
    byte[] before = Files.readAllBytes(taken);

    assertThrows(UserFaultException.class, () -> node.get(root, "copy", SHORT));
    assertArrayEquals(before, Files.readAllBytes(taken));
  }

  @Test
  void namesThatWouldLeadElsewhereAreRefused() throws Exception {
    Cid leaf = node.add(swarm.file("file", 100, 1));
    for (String name : List.of("..", "../../escaped", "/escaped", "nul\0", "")) {
      byte[] block =
          DagPb.encode(
              new PbNode(
                  List.of(new PbLink(leaf, name, 100)), Optional.of(UnixFsData.folder().encode())));
      Cid root = new Blocks().putNode(block);
      node.store.put(root, ByteBuffer.wrap(block));
      assertThrows(MalformedContentException.class, () -> node.get(root, "copy", SHORT), name);
      assertFalse(Files.exists(temp.resolve("copy")));
      assertFalse(Files.exists(temp.resolve("copy.part")));
      assertFalse(Files.exists(temp.resolve("escaped")));
    }
  }

  @Test
  void anEarlierAttemptIsResumedAndCutToSize() throws Exception {
    for (int size : new int[] {100, 300_000}) {
      Path file = swarm.file("file", size, size);
      Cid root = node.add(file);
      leftOver(root);
      swarm.file("copy.part", 400_000, 7);
      node.get(root, "copy", SHORT);
      assertEquals(-1, Files.mismatch(file, temp.resolve("copy")));
      Files.delete(temp.resolve("copy"));
    }
  }
}
