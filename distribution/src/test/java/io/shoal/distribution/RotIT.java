package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A chunk of the only provider rots on its disk.
@Timeout(300)
class RotIT {

  private static final int LEAF_BYTES = 1 << 20;

  @TempDir Path folder;

  @Test
  void aCorruptChunkIsNeverSentAndComesFromAnotherPeer() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 5 * LEAF_BYTES, 21);
    Path data = folder.resolve("damaged");
    String root = add(data, file);
    rot(data);

    try (Node damaged = ShoalProcess.serve(data)) {
      Path target = folder.resolve("copy");
      List<String> get =
          List.of(
              "get",
              root,
              "-o",
              target.toString(),
              "--bootstrap",
              damaged.ready("dht"),
              "--listen",
              "127.0.0.1:0",
              "--dht",
              "127.0.0.1:0",
              "--data",
              folder.resolve("fetcher").toString());

      Result alone = run(get, "8s");
      assertTrue(List.of(3, 5).contains(alone.code()), alone::toString);
      assertTrue(
          alone.err().lines().anyMatch(l -> l.startsWith("shoal: ") && l.contains("bafk")),
          alone::toString);
      assertFalse(Files.exists(target));

      add(folder.resolve("sound"), file);
      try (Node sound =
          ShoalProcess.serve(folder.resolve("sound"), "--bootstrap", damaged.ready("dht"))) {
        assertFalse(sound.ready("dht").isEmpty());
        run(get, "60s").done();
        Trees.assertSame(file, target);
      }
    }
  }

  @Test
  void verifyNamesCorruptChunksAndRepairsThem() throws Exception {
    Path file = Trees.file(folder.resolve("file"), 3 * LEAF_BYTES, 22);
    Path data = folder.resolve("damaged");
    add(data, file);
    add(folder.resolve("sound"), file);
    rot(data);

    Result checked = ShoalProcess.run(folder.resolve("home"), "verify", "--data", data.toString());
    assertTrue(checked.code() == 4 && checked.out().contains("corrupt  bafk"), checked::toString);

    try (Node sound = ShoalProcess.serve(folder.resolve("sound"));
        Node damaged = ShoalProcess.serve(data, "--bootstrap", sound.ready("dht"))) {
      String report = damaged.run("status").done().out();
      assertTrue(
          report.contains("1 corrupt, 1 missing") && report.contains("verify --repair"), report);
      damaged.run("verify", "--repair").done();
      damaged.run("verify", "--rate", "50MB").done();
      String after = damaged.run("status").done().out();
      assertTrue(after.contains("0 corrupt, 0 missing") && after.contains("next in"), after);
      assertFalse(after.contains("verify --repair"), after);
    }
  }

  private Result run(List<String> command, String timeout) throws Exception {
    List<String> words = new ArrayList<>(command);
    words.addAll(List.of("--timeout", timeout));
    return ShoalProcess.run(folder.resolve("home"), words.toArray(String[]::new));
  }

  private String add(Path data, Path file) throws Exception {
    return ShoalProcess.run(
            folder.resolve("home"), "add", "-q", file.toString(), "--data", data.toString())
        .done()
        .out()
        .strip();
  }

  private static void rot(Path data) throws IOException {
    // Not the node's own records, of which one happens to be as large.
    Path records = data.resolve("runtime");
    try (var files = Files.walk(data)) {
      Path chunk =
          files
              .filter(file -> Files.isRegularFile(file) && file.toFile().length() == LEAF_BYTES)
              .filter(file -> !file.startsWith(records))
              .findFirst()
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(chunk);
      bytes[LEAF_BYTES / 2] ^= 1;
      assertTrue(chunk.toFile().setWritable(true));
      Files.write(chunk, bytes);
    }
  }
}
