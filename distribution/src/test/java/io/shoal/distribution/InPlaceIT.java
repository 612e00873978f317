package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Users' files that are served where they lie, and one node a folder.
@Timeout(3600)
class InPlaceIT {

  private static final int LEAF_BYTES = 1 << 20;

  /// At full size as many as a user may have in one folder; the heap is that of the package.
  private static final int MANY_FILES = Boolean.getBoolean("shoal.full") ? 300_000 : 800;

  @TempDir Path folder;

  @Test
  void aFileThatChangesOrVanishesIsServedNoLongerAndTheStatusSaysSo() throws Exception {
    Path changing = Trees.file(folder.resolve("changing"), 3 * LEAF_BYTES, 31);
    Path vanishing = Trees.file(folder.resolve("vanishing"), 3 * LEAF_BYTES, 32);
    try (Node node = ShoalProcess.serve(folder.resolve("node"))) {
      String changed =
          node.run("add", "-q", "--in-place", changing.toString()).done().out().strip();
      String vanished =
          node.run("add", "-q", "--in-place", vanishing.toString()).done().out().strip();
      get(node, changed, "first", "60s").done();
      assertFalse(node.run("status").done().out().contains(changed));

      // One byte, in the middle: the chunks around it are still what they were.
      try (var bytes = Files.newByteChannel(changing, StandardOpenOption.WRITE)) {
        bytes.position(LEAF_BYTES + 7);
        bytes.write(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}));
      }
      Files.delete(vanishing);

      for (String root : new String[] {changed, vanished}) {
        Result refused = get(node, root, "second-" + root, "5s");
        assertTrue(refused.code() == 3 || refused.code() == 5, refused::toString);
        assertFalse(Files.exists(folder.resolve("second-" + root)));
      }
      String status = node.run("status").done().out();
      assertTrue(status.contains(changed + ": " + changing + " was changed"), status);
      assertTrue(status.contains(vanished + ": " + vanishing + " is not there"), status);
      String listed = node.run("ls").done().out();
      assertTrue(listed.contains("2 roots whose files are gone or were changed"), listed);

      String again = node.run("add", "-q", "--in-place", changing.toString()).done().out().strip();
      get(node, again, "third", "60s").done();
      Trees.assertSame(changing, folder.resolve("third"));
    }
  }

  @Test
  void aFileWhoseTimesAndRightsWereChangedIsServedOnAfterVerify() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 2 * LEAF_BYTES, 33);
    try (Node node = ShoalProcess.serve(folder.resolve("node"))) {
      String root = node.run("add", "-q", "--in-place", file.toString()).done().out().strip();
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
      Files.createLink(folder.resolve("link"), file);
      node.run("verify", "-q").done();
      assertFalse(node.run("ls").done().out().contains("was changed"));
      get(node, root, "copy", "60s").done();
      Trees.assertSame(file, folder.resolve("copy"));
    }
  }

  @Test
  void aFolderOfManyFilesIsServedFetchedListedAndCollected() throws Exception {
    Path many = folder.resolve("many");
    for (int i = 0; i < MANY_FILES; i++) {
      Path file = many.resolve("folder-" + i / 500).resolve("file-" + i);
      if (i % 500 == 0) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, "file number " + i + "\n");
    }
    Path copy = folder.resolve("copy");
    String root;
    try (Node node = ShoalProcess.serve(folder.resolve("node"));
        Node other = ShoalProcess.serve(folder.resolve("other"))) {
      root = node.run("add", "-q", "--in-place", many.toString()).done().out().strip();
      assertAllHere(node, root);
      other.run("get", "-q", root, "-o", copy.toString(), "--peer", node.address()).done();
      Trees.assertSame(many, copy);
      assertAllHere(other, root);
      other.run("get", "-q", root, "-o", copy.toString()).done();
      other.stop();
      node.stop();
    }
    try (Node again = ShoalProcess.serve(folder.resolve("other"))) {
      assertAllHere(again, root);
    }
  }

  private static void assertAllHere(Node node, String root) throws Exception {
    int folders = (MANY_FILES + 499) / 500;
    assertEquals(folders, node.run("ls", root).done().out().lines().count());
    JsonNode stat = node.run("stat", "--json", root).done().json();
    assertTrue(stat.get("chunks").asInt() > MANY_FILES, stat::toString);
    assertEquals(stat.get("chunks"), stat.get("chunksHere"));
    assertEquals(0, node.run("gc", "--json").done().json().get("chunksRemoved").asInt());
  }

  private Result get(Node node, String root, String name, String timeout) throws Exception {
    return ShoalProcess.run(
        folder.resolve("home"),
        "get",
        root,
        "-o",
        folder.resolve(name).toString(),
        "--peer",
        node.address(),
        "--listen",
        "127.0.0.1:0",
        "--dht",
        "127.0.0.1:0",
        "--timeout",
        timeout,
        "--data",
        folder.resolve("fetcher-" + name).toString());
  }

  @Test
  void oneNodeHoldsAFolderAndItsLockDiesWithIt() throws Exception {
    Path data = folder.resolve("node");
    try (Node node = ShoalProcess.serve(data)) {
      Result second =
          ShoalProcess.run(
              folder.resolve("home"),
              "serve",
              "--data",
              data.toString(),
              "--listen",
              "127.0.0.1:0",
              "--dht",
              "127.0.0.1:0");
      second.failed(1, "the node of process");
      node.kill();
    }
    try (Node next = ShoalProcess.serve(data)) {
      assertFalse(next.ready("peer").isEmpty());
    }
  }
}
