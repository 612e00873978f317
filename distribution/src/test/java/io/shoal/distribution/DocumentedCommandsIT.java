package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Every command that a document shows is run as it stands there. A block of them has a mark before
/// it, `<!-- run: NAME -->`, and a test here that sets its scene.
@Timeout(300)
class DocumentedCommandsIT {

  private static final Path SOURCES = Path.of(System.getProperty("shoal.sources"));

  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:<!-- run: ([^>]+) -->\\n)?```(?:sh|bash|shell|console)\\n(.*?)```", Pattern.DOTALL);

  /// Not run here: they are the build that runs this test, and ProgramIT runs the demo.
  private static final Set<String> BUILD =
      Set.of(
          "mvn -B -q -DskipTests package && distribution/target/shoal-0.1.0/bin/shoal demo\n",
          "mvn -B verify\n");

  private static final Map<String, String> SCENES =
      Map.ofEntries(
          Map.entry("README.md: quick-start", "theQuickStartWorks"),
          Map.entry("README.md: install", "theFirstPageWorks"),
          Map.entry("README.md: two-machines-send", "theFirstPageWorks"),
          Map.entry("README.md: two-machines-get", "theFirstPageWorks"),
          Map.entry("plugin-guide.md: plugin-guide-build", "thePluginGuideWorks"),
          Map.entry("plugin-guide.md: plugin-guide-use", "thePluginGuideWorks"),
          Map.entry("quick-reference.md: quick-reference", "theQuickReferenceWorks"),
          Map.entry("quick-reference.md: names", "theNamesWork"),
          Map.entry("private-swarms.md: private-swarm", "thePrivateSwarmWorks"),
          Map.entry("migration.md: migration-take-over", "theMigrationWorks"),
          Map.entry("migration.md: migration-get", "theMigrationWorks"),
          Map.entry("embedding.md: embedding", "ExamplesIT"));

  @TempDir Path folder;

  @Test
  void everyBlockOfCommandsHasATest() throws Exception {
    for (String name : blocks().keySet()) {
      assertTrue(SCENES.containsKey(name), name + " is run by no test");
    }
  }

  @Test
  void theQuickStartWorks() throws Exception {
    Trees.file(folder.resolve("home/holiday.mp4"), 3_000_000, 41);
    String block = blocks().get("README.md: quick-start");
    // The node that 'serve &' starts is waited for, used, and ended; the download happens on
    // another one.
    String script =
        block
                .replace(
                    "serve &",
                    """
                    serve --listen 127.0.0.1:0 --dht 127.0.0.1:0 > ready &
                    until grep -q ready ready; do sleep 0.1; done
                    #""")
                .replace("shoal add", "ROOT=$(shoal add -q holiday.mp4)\nshoal add")
                .replace(
                    "shoal get",
                    "DHT=$(sed 's/.* dht=\\([^ ]*\\).*/\\1/' ready)\n"
                        + "shoal get --data other --bootstrap $DHT --listen 127.0.0.1:0 --dht"
                        + " 127.0.0.1:0")
            + "\nkill $!\nwait\n";

    runScript(script, Map.of()).done();

    Trees.assertSame(folder.resolve("home/holiday.mp4"), folder.resolve("home/copy.mp4"));
  }

  @Test
  void theFirstPageWorks() throws Exception {
    Path home = folder.resolve("home");
    Trees.file(home.resolve("holiday.mp4"), 2_000_000, 48);
    Path archive =
        ShoalProcess.PACKAGE.resolveSibling(ShoalProcess.PACKAGE.getFileName() + ".tar.gz");
    Files.createSymbolicLink(home.resolve(archive.getFileName()), archive);
    Map<String, String> blocks = blocks();
    assertTrue(
        runScript(blocks.get("README.md: install"), Map.of()).done().out().startsWith("shoal "));
    try (Node node = ShoalProcess.serve(home.resolve(".shoal"))) {
      // The nodes that 'serve &' would start have ports of their own.
      String send = blocks.get("README.md: two-machines-send").replace("shoal serve &", ":");
      List<String> sent = runScript(send, Map.of()).done().out().lines().toList();
      String root = sent.getFirst().replaceFirst(" .*", "");
      String address =
          sent.stream().filter(line -> line.startsWith("listens ")).findFirst().orElseThrow();
      assertEquals(node.address(), address.replaceFirst("listens +", ""));

      String get =
          blocks
              .get("README.md: two-machines-get")
              .replace("shoal serve &", ":")
              .replace("get", "get --data ../other --listen 127.0.0.1:0 --dht 127.0.0.1:0");
      runScript(
              "mkdir there; cd there\n" + get,
              Map.of("ROOT", root, "ADDRESS", address.replaceFirst("listens +", "")))
          .done();
    }
    Trees.assertSame(home.resolve("holiday.mp4"), home.resolve("there/holiday.mp4"));
  }

  @Test
  void theQuickReferenceWorks() throws Exception {
    Path home = folder.resolve("home");
    Trees.file(home.resolve("report.pdf"), 2_000_000, 42);
    Trees.file(home.resolve("movie.mkv"), 2_000_000, 43);
    Trees.file(home.resolve("photos/one.jpg"), 1000, 44);
    try (Node node = ShoalProcess.serve(home.resolve(".shoal"))) {
      String root = node.run("add", "-q", home.resolve("photos").toString()).done().out().strip();
      String fileRoot =
          node.run("add", "-q", home.resolve("report.pdf").toString()).done().out().strip();
      try (Node other =
          ShoalProcess.serve(folder.resolve("other"), "--bootstrap", node.ready("dht"))) {
        other.run("add", home.resolve("photos").toString()).done();

        runScript(
                blocks().get("quick-reference.md: quick-reference"),
                Map.of("ROOT", root, "FILE_ROOT", fileRoot, "NODE", other.ready("dht")))
            .done();
      }
    }
    Trees.assertSame(home.resolve("photos"), home.resolve("copy"));
    Trees.assertSame(home.resolve("report.pdf"), home.resolve("out"));
  }

  @Test
  void theNamesWork() throws Exception {
    Path home = folder.resolve("home");
    Path old = Trees.file(home.resolve("old.txt"), 2_000, 46);
    Path newer = Trees.file(home.resolve("newer.txt"), 3_000, 47);
    try (Node node = ShoalProcess.serve(home.resolve(".shoal"));
        Node _ = ShoalProcess.serve(folder.resolve("other"), "--bootstrap", node.ready("dht"))) {
      String root = node.run("add", "-q", old.toString()).done().out().strip();
      String newerRoot = node.run("add", "-q", newer.toString()).done().out().strip();

      Result result =
          runScript(
                  blocks().get("quick-reference.md: names"),
                  Map.of("ROOT", root, "NEWER", newerRoot))
              .done();

      assertTrue(result.out().contains(root + "  old.txt"), result::toString);
      assertTrue(result.out().contains("published"), result::toString);
    }
    Trees.assertSame(old, home.resolve("latest"));
  }

  @Test
  void thePrivateSwarmWorks() throws Exception {
    String script =
        blocks()
                .get("private-swarms.md: private-swarm")
                .replace("serve", "serve --listen 127.0.0.1:0 --dht 127.0.0.1:0")
                .replace("&\n", "> ready &\nuntil grep -q ready ready; do sleep 0.1; done\n")
            + "shoal status\nkill $!\nwait\n";

    Result result = runScript(script, Map.of()).done();

    assertTrue(result.out().contains("shared-secret"), result::toString);
  }

  @Test
  void thePluginGuideWorks() throws Exception {
    // The guide writes into the package: into a copy here.
    Path program = PackageCopy.in(folder.resolve("program")).folder();
    Path home = Files.createDirectories(folder.resolve("home"));
    Map<String, String> blocks = blocks();
    Result built =
        runScript(program, program, blocks.get("plugin-guide.md: plugin-guide-build"), Map.of());
    built.done();
    Trees.file(home.resolve("photo.jpg"), 1000, 45);
    Result used =
        runScript(program, home, blocks.get("plugin-guide.md: plugin-guide-use"), Map.of());
    assertTrue(used.done().out().contains("verification-sha3"), used::toString);
  }

  @Test
  void theMigrationWorks() throws Exception {
    byte[] chunk = {1, 2, 3};
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(chunk));
    Path old = Files.createDirectories(folder.resolve("home/storage/hashed_files"));
    Files.write(old.resolve(hash), chunk);
    Map<String, String> blocks = blocks();

    runScript(blocks.get("migration.md: migration-take-over"), Map.of()).done();
    runScript(blocks.get("migration.md: migration-get"), Map.of("HASH", hash)).done();

    assertEquals(-1, Files.mismatch(old.resolve(hash), folder.resolve("home/chunk.bin")));
  }

  private Result runScript(String script, Map<String, String> variables) throws Exception {
    return runScript(ShoalProcess.PACKAGE, folder.resolve("home"), script, variables);
  }

  private Result runScript(Path program, Path home, String script, Map<String, String> variables)
      throws Exception {
    Map<String, String> environment = new LinkedHashMap<>(variables);
    environment.put(
        "PATH",
        program.resolve("bin")
            + ":"
            + System.getProperty("java.home")
            + "/bin:"
            + System.getenv("PATH"));
    try (ShoalProcess process =
        ShoalProcess.start(home, environment, List.of("sh", "-ec", script))) {
      return process.await();
    }
  }

  /// The blocks of all documents, by document and mark.
  private static Map<String, String> blocks() throws IOException {
    List<Path> documents =
        new ArrayList<>(
            List.of(SOURCES.resolve("README.md"), SOURCES.resolve("distribution/src/README.md")));
    try (var files = Files.walk(SOURCES.resolve("distribution/src/docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    Map<String, String> blocks = new LinkedHashMap<>();
    for (Path document : documents) {
      Matcher matcher = BLOCK.matcher(Files.readString(document));
      while (matcher.find()) {
        String text = matcher.group(2);
        if (!BUILD.contains(text)) {
          blocks.put(document.getFileName() + ": " + matcher.group(1), text);
        }
      }
    }
    return blocks;
  }
}
