package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The programs in `examples/embed`, compiled and run by the commands that `embedding.md` shows.
@Timeout(120)
class ExamplesIT {

  private static final Path DOCUMENT =
      Path.of(System.getProperty("shoal.sources"), "distribution/src/docs/embedding.md");

  @TempDir Path folder;

  @Test
  void programsThatEmbedNodesRunAsTheDocumentSays() throws Exception {
    Path program = PackageCopy.in(folder.resolve("program")).folder();
    Path license = ShoalProcess.PACKAGE.resolve("LICENSE");
    Files.copy(license, program.resolve("LICENSE"));
    Path file = Trees.file(folder.resolve("file"), 3_000_000, 61);
    try (Node node = ShoalProcess.serve(folder.resolve("node"))) {
      String root = node.run("add", "-q", file.toString()).done().out().strip();
      String peer = node.ready("peer");

      Result result = run(program, Map.of("ROOT", root, "PEER", node.address()));

      String out = result.done().out();
      Trees.assertSame(license, program.resolve("copy-of-license"));
      Trees.assertSame(file, program.resolve("copy"));
      assertTrue(out.contains(Files.size(license) + " from 12D3Koo"), out);
      assertTrue(out.contains("downloading: "), out);
      assertTrue(out.contains(" of 3000000 bytes from 1 peers"), out);
      assertTrue(out.contains("this is 12D3Koo"), out);
      assertTrue(out.lines().anyMatch(l -> l.contains(peer) && l.contains(" sent 30")), out);
      assertTrue(result.err().isEmpty(), result::toString);
    }
  }

  private static Result run(Path program, Map<String, String> variables) throws Exception {
    Matcher block =
        Pattern.compile("<!-- run: embedding -->\n```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    assertTrue(block.find());
    String path = System.getProperty("java.home") + "/bin:" + System.getenv("PATH");
    try (ShoalProcess process =
        ShoalProcess.start(
            program,
            Map.of("PATH", path, "ROOT", variables.get("ROOT"), "PEER", variables.get("PEER")),
            List.of("sh", "-ec", block.group(1)))) {
      return process.await();
    }
  }
}
