package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Users' files that are served where they lie, and one node a folder.
@Timeout(300)
class InPlaceIT {

  private static final int LEAF_BYTES = 1 << 20;

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
      assertTrue(listed.contains("was changed"), listed);

      String again = node.run("add", "-q", "--in-place", changing.toString()).done().out().strip();
      get(node, again, "third", "60s").done();
      Trees.assertSame(changing, folder.resolve("third"));
    }
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
