package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A peer sends wrong bytes: a node like any other, but with a store that lies.
@Timeout(120)
class LiarIT {

  private static final int LEAF_BYTES = 1 << 20;

  @TempDir Path folder;

  @Test
  void whereALiarIsTheOnlyProviderNothingWrongIsWritten() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 5 * LEAF_BYTES, 51);
    Path target = folder.resolve("copy");
    try (Node liar = liar()) {
      String root = liar.run("add", "-q", file.toString()).done().out().strip();

      Result get =
          ShoalProcess.run(
              folder.resolve("home"),
              "get",
              root,
              "-o",
              target.toString(),
              "--peer",
              liar.address(),
              "--timeout",
              "60s",
              "--listen",
              "127.0.0.1:0",
              "--dht",
              "127.0.0.1:0",
              "--data",
              folder.resolve("fetcher").toString());

      get.failed(4, root, liar.ready("peer"));
    }
    assertFalse(Files.exists(target));
    assertHoldsNothingWrong(file, folder.resolve("copy.part"));
  }

  @Test
  void aLiarIsBannedAndTheBytesComeFromSomebodyElse() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 8 * LEAF_BYTES, 52);
    Path target = folder.resolve("copy");
    // The honest one is slow, so that the liar is asked as well.
    try (Node liar = liar();
        Node honest = ShoalProcess.serve(folder.resolve("honest"), "--set", "limits.upload=4MiB");
        Node fetcher = ShoalProcess.serve(folder.resolve("fetcher"))) {
      String root = liar.run("add", "-q", file.toString()).done().out().strip();
      honest.run("add", file.toString()).done();

      fetcher
          .run(
              "get",
              root,
              "-o",
              target.toString(),
              "--peer",
              liar.address(),
              "--peer",
              honest.address())
          .done();

      Trees.assertSame(file, target);
      Result peers = fetcher.run("peers").done();
      List<String> banned = peers.out().lines().filter(line -> line.contains("banned")).toList();
      assertTrue(
          banned.size() == 1
              && banned.getFirst().contains(liar.ready("peer"))
              && banned.getFirst().contains("wrong"),
          peers::toString);
    }
  }

  private Node liar() throws Exception {
    PackageCopy program = PackageCopy.in(folder.resolve("program"));
    program.swap("storage", "storage-filesystem", "store-lying");
    return ShoalProcess.serve(program.folder(), folder.resolve("liar"));
  }

  /// Every leaf in an unfinished file is either right or not written yet.
  private static void assertHoldsNothingWrong(Path original, Path part) throws IOException {
    if (!Files.exists(part)) {
      return;
    }
    byte[] right = Files.readAllBytes(original);
    byte[] written = Files.readAllBytes(part);
    byte[] nothing = new byte[LEAF_BYTES];
    for (int start = 0; start < written.length; start += LEAF_BYTES) {
      int end = Math.min(start + LEAF_BYTES, written.length);
      assertTrue(
          Arrays.equals(right, start, end, written, start, end)
              || Arrays.equals(nothing, 0, end - start, written, start, end),
          "wrong bytes after " + start);
    }
  }
}
