package io.shoal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.Cid;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.dag.DagPb;
import io.shoal.runtime.dag.PbLink;
import io.shoal.runtime.dag.PbNode;
import io.shoal.runtime.dag.UnixFsAttributes;
import io.shoal.runtime.dag.UnixFsData;
import io.shoal.runtime.testing.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Names at the edge of what systems take, and the rights and times of files, from `add` to `get`.
class HardNamesTest {
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

  private Cid put(byte[] block) throws Exception {
    Cid cid = new Blocks().putNode(block);
    node.store.put(cid, ByteBuffer.wrap(block));
    return cid;
  }

  private Cid folder(UnixFsAttributes attributes, PbLink... links) throws Exception {
    byte[] data = UnixFsData.folder().with(attributes).encode();
    return put(DagPb.encode(new PbNode(List.of(links), Optional.of(data))));
  }

  private Added add(AddRequest request) throws Exception {
    List<Added> added = new ArrayList<>();
    node.add(request, added::add);
    return added.getFirst();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aNameOfTheGreatestLengthIsFetched() throws Exception {
    Path from = Files.createDirectory(temp.resolve("from"));
    for (String name : List.of("a".repeat(255), "a".repeat(254) + "b", "漢".repeat(85))) {
      Cid root = node.add(Files.writeString(from.resolve(name), name));
      Path into = Files.createDirectories(temp.resolve("into"));

      node.get(
          GetRequest.builder(new Reference.Content(root, Optional.of(name)), temp)
              .target(into)
              .timeout(SHORT)
              .build());

      assertEquals(name, Files.readString(into.resolve(name)));
    }
    assertEquals(3, names(temp.resolve("into")).size());
  }

  @Test
  void aTreeLikeTheSourcesOfLinuxTravels() throws Exception {
    for (String name : List.of("net/xt_MARK.h", "net/xt_mark.h", "i2c/aux.c", "12:30.log", "a.")) {
      swarm.file("linux/" + name, 10 + name.length(), name.length());
    }
    Added added = add(AddRequest.builder(List.of(temp.resolve("linux"))).build());
    assertEquals(4, added.unportable());

    ContentCommands.Fetched fetched = node.get(Cid.parse(added.root()), "copy", SHORT);

    assertEquals(List.of(), fetched.unwritable());
    assertEquals(List.of("xt_MARK.h", "xt_mark.h"), names(temp.resolve("copy/net")));
    assertEquals(names(temp.resolve("linux")), names(temp.resolve("copy")));
  }

  @Test
  void pathsThatNoSystemOpensAreRefusedBeforeAnythingIsWritten() throws Exception {
    Cid leaf = node.add(swarm.file("file", 10, 1));
    Cid deep = folder(UnixFsAttributes.NONE, new PbLink(leaf, "f", 10));
    for (int level = 0; level < 17; level++) {
      deep = folder(UnixFsAttributes.NONE, new PbLink(deep, "漢".repeat(80), 10));
    }
    Cid root = folder(UnixFsAttributes.NONE, new PbLink(leaf, "a", 10), new PbLink(deep, "z", 10));

    UserFaultException refused =
        assertThrows(UserFaultException.class, () -> node.get(root, "copy", SHORT));

    assertTrue(refused.getMessage().contains("too long"), refused::getMessage);
    assertFalse(Files.exists(temp.resolve("copy")));
    assertFalse(Files.exists(temp.resolve("copy.part")));
  }

  @Test
  void rightsAndTimesOfADagAreSetWithinTheUmask() throws Exception {
    assumeTrue(Files.getFileStore(temp).supportsFileAttributeView("posix"));
    Path script = swarm.file("tree/run.sh", 300_000, 1);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    FileTime time = FileTime.from(Instant.ofEpochSecond(1_700_000_000));
    Files.setLastModifiedTime(script, time);
    Files.setLastModifiedTime(temp.resolve("tree"), time);
    Added added = add(AddRequest.builder(List.of(temp.resolve("tree"))).preserve(true).build());
    Cid root = Cid.parse(added.root());

    node.get(root, "copy", SHORT);

    Path copy = temp.resolve("copy/run.sh");
    assertTrue(rights(copy).startsWith("rwx"), rights(copy));
    assertEquals(time, Files.getLastModifiedTime(copy));
    assertEquals(time, Files.getLastModifiedTime(temp.resolve("copy")));
    assertEquals(0, node.get(root, "copy", SHORT).bytesTransferred(), "it is served where it is");
    assertEquals(List.of(), node.verify().corrupt());

    node.get(
        GetRequest.builder(new Reference.Content(root, Optional.empty()), temp)
            .target(temp.resolve("other"))
            .timeout(SHORT)
            .noPreserve(true)
            .build());
    assertEquals(rights(swarm.file("new", 1, 1)), rights(temp.resolve("other/run.sh")));
    assertNotEquals(time, Files.getLastModifiedTime(temp.resolve("other/run.sh")));
  }

  @Test
  void neitherSetUserIdNorTooFewRightsAreTaken() throws Exception {
    assumeTrue(Files.getFileStore(temp).supportsFileAttributeView("posix"));
    Cid leaf = node.add(swarm.file("file", 10, 1));
    UnixFsData data =
        UnixFsData.fileNode(10, new long[] {10})
            .with(
                new UnixFsAttributes(
                    OptionalInt.of(04_000), Optional.of(Instant.ofEpochSecond(1L << 40))));
    Cid file =
        put(
            DagPb.encode(
                new PbNode(List.of(new PbLink(leaf, "", 10)), Optional.of(data.encode()))));
    Cid root =
        folder(
            new UnixFsAttributes(OptionalInt.of(0), Optional.of(Instant.ofEpochSecond(-5))),
            new PbLink(file, "f", 10));

    node.get(root, "copy", SHORT);

    assertEquals("r--------", rights(temp.resolve("copy/f")));
    assertEquals("rwx------", rights(temp.resolve("copy")));
    assertEquals(
        Instant.ofEpochSecond(-5), Files.getLastModifiedTime(temp.resolve("copy")).toInstant());
  }
}
