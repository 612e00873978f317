package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Node;
import io.shoal.distribution.ShoalProcess.Result;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Small commands are answered by a shorter way: what they print must be what the long way prints.
@Timeout(300)
class CommandsIT {

  private static final String UNKNOWN =
      "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  @TempDir Path folder;

  @Test
  void theHelpInThePackageIsThatOfTheCommandLine() throws Exception {
    var nowhere =
        new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false);
    var program = new Program(new Environment(nowhere, new LocalNodes(), folder));

    assertEquals(program.help(), helpInPackage("shoal"));
    for (Subcommand command : Subcommand.shown()) {
      assertEquals(program.help(command), helpInPackage(command.word()));
    }
    try (var texts = Files.list(ShoalProcess.PACKAGE.resolve("lib/help"))) {
      assertEquals(1 + Subcommand.shown().size(), texts.count(), "nothing of hidden commands");
    }
    assertEquals(helpInPackage("shoal"), ShoalProcess.run(folder, "--help").done().out());
    assertEquals(helpInPackage("get"), ShoalProcess.run(folder, "get", "-h").done().out());
  }

  @Test
  void helpWithAnOptionMoreIsTheSameAndNoneIsThereForWhatIsNoCommand() throws Exception {
    // An option more, and the library answers.
    assertEquals(
        helpInPackage("ls"), ShoalProcess.run(folder, "ls", "--quiet", "--help").done().out());
    for (String none : List.of("shoal", "../help/ls")) {
      assertEquals(
          ShoalProcess.run(folder, none, "--quiet", "--help"),
          ShoalProcess.run(folder, none, "-h"));
    }
  }

  @Test
  void whatIsNoCommandHasNoHelp() throws Exception {
    for (String help : List.of("--help", "-h")) {
      ShoalProcess.run(folder, "statsu", help).failed(2, "'statsu'", "'status'");
      ShoalProcess.run(folder, "statsu", "--quiet", help).failed(2, "'statsu'", "'status'");
    }
  }

  @Test
  void onePluginIsAskedByItsId() throws Exception {
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      List<String> questions =
          node.run("inspect", "discovery-kademlia").done().out().lines().toList();
      assertTrue(
          questions.stream().allMatch(line -> line.startsWith("discovery-kademlia/")),
          questions::toString);

      Result counters = node.run("inspect", "discovery-kademlia", "counters").done();

      assertEquals(
          node.run("inspect", "discovery-kademlia/counters").done().out().lines().findFirst(),
          counters.out().lines().findFirst());
      node.run("inspect", "discovery-kademlia", "nothing").failed(2, "nothing", "counters");
      node.run("inspect", "discovery-nowhere").failed(2, "discovery-nowhere");
    }
  }

  @Test
  void whatANodeIsAskedIsTheSameByBothWays() throws Exception {
    Path data = folder.resolve("data");
    Path tree = Files.createDirectories(folder.resolve("a folder"));
    Files.writeString(tree.resolve("a \"file\" – ü"), "some content");
    try (Node node = ShoalProcess.serve(data)) {
      String root = node.run("add", "-q", tree.toString()).done().out().strip();
      String file = node.run("ls", "-q", root).done().out().strip();
      List<List<String>> commands = new ArrayList<>();
      for (String command :
          List.of(
              "plugins",
              "peers",
              "ls",
              "ls " + root,
              "ls " + file,
              "stat " + root,
              "stat shoal:" + file + "?name=x",
              "gc")) {
        List<String> words = List.of(command.split(" ", -1));
        commands.add(words);
        commands.add(with(words, "--json"));
      }
      commands.add(List.of("ls", root, "-q"));
      commands.add(List.of("unpin", root));
      commands.add(List.of("pin", root));
      commands.add(List.of("unpin", "--json", root));
      commands.add(List.of("pin", root, "--json"));
      commands.add(List.of("pin", "--quiet", root));
      // Pinned by its id, a root has no name from then on: both ways then begin with the same.
      node.run("unpin", root).done();
      node.run("pin", root).done();

      assertSameByBothWays(node, commands).forEach(Result::done);
      String[] status = {"status", "--json"};
      assertEquals(
          digitless(InProcess.runByLibrary(node.data(), status).done().out()),
          digitless(InProcess.run(node.data(), status).done().out()));
    }
  }

  @Test
  void failuresAreTheSameByBothWays() throws Exception {
    List<List<String>> commands = new ArrayList<>();
    for (String command : List.of("ls", "stat", "pin", "unpin", "find")) {
      commands.add(List.of(command, UNKNOWN));
      commands.add(List.of(command, "nonsense", "--json"));
      commands.add(List.of(command, UNKNOWN, UNKNOWN));
    }
    commands.add(List.of("stat", "sha256:" + "0a".repeat(32), "--json"));
    commands.add(List.of("stat"));
    commands.add(List.of("gc", UNKNOWN));
    commands.add(List.of("status", UNKNOWN));
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      List<Result> results = assertSameByBothWays(node, commands);
      results.forEach(result -> assertNotEquals(0, result.code(), result::toString));
    }
  }

  @Test
  void providersAreTheSameByBothWays() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "some content");
    try (Node first = ShoalProcess.serve(folder.resolve("first"));
        Node second =
            ShoalProcess.serve(folder.resolve("second"), "--bootstrap", first.ready("dht"))) {
      String root = first.run("add", "-q", file.toString()).done().out().strip();
      for (String form : List.of("--quiet", "--json")) {
        // Until the announcement has arrived, it has no provider.
        awaitProvider(second, root);
        Result shorter = second.run("find", root, form).done();
        assertEquals(second.run("find", root, form, "--log-level=error"), shorter);
        assertTrue(shorter.out().contains(first.ready("tcp")), shorter::toString);
      }
    }
  }

  @Test
  void theShorterWayLoadsNoLibrary() throws Exception {
    try (Node node = ShoalProcess.serve(folder.resolve("data"))) {
      for (String command :
          List.of("status", "ls", "ls REF", "stat REF", "pin REF", "unpin REF", "find REF", "gc")) {
        List<String> words = with(List.of(command.split(" ", -1)), "--data=" + node.data());
        words.replaceAll(word -> word.replace("REF", UNKNOWN));
        try (ShoalProcess process =
            ShoalProcess.start(
                ShoalProcess.PACKAGE,
                folder,
                Map.of("SHOAL_JVM_OPTIONS", "-Xlog:class+load,class+init=info"),
                words.toArray(String[]::new))) {
          String classes = process.await().out();
          assertTrue(classes.contains("io.shoal.distribution.SmallCommands "), command);
          assertFalse(classes.contains("picocli.CommandLine "), command);
          // The log, and the tables of decimals, take as long to begin as the rest together.
          assertFalse(classes.contains("'org/slf4j/LoggerFactory'"), command);
          assertFalse(classes.contains("'java/math/BigDecimal'"), command);
          // Method handles made for records would be classes that are in no start-up cache.
          assertFalse(
              classes
                  .lines()
                  .anyMatch(
                      line -> line.contains("LambdaForm") && line.contains("LookupDefineClass")),
              command);
        }
      }
    }
  }

  @Test
  void aNodeThatIsGoneIsNotAsked() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    // The process runs, but listens no more: its number was given to another.
    Files.writeString(
        data.resolve("control.json"), "{\"url\":\"http://127.0.0.1:1\",\"token\":\"\",\"pid\":1}");
    ShoalProcess.run(folder, "ls", "--data=" + data).failed(1, data.toString());
    Result stat = ShoalProcess.run(folder, "stat", UNKNOWN, "--data=" + data);
    assertEquals(3, stat.code(), stat::toString);
    assertTrue(stat.err().contains("no node's data is there"), stat::toString);
    assertTrue(stat.err().contains("nothing is known here of " + UNKNOWN), stat::toString);
  }

  private static void awaitProvider(Node node, String root) throws InterruptedException {
    ShoalProcess.await(
        "a provider",
        () -> {
          try {
            return node.run("find", root).code() == 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /// In this process: what a process of its own adds is the same for both.
  private static List<Result> assertSameByBothWays(Node node, List<List<String>> commands) {
    List<Result> results = new ArrayList<>();
    for (List<String> words : commands) {
      results.add(InProcess.run(node.data(), words.toArray(String[]::new)));
    }
    List<Result> byLibrary = new ArrayList<>();
    for (List<String> words : commands) {
      byLibrary.add(InProcess.runByLibrary(node.data(), words.toArray(String[]::new)));
    }
    assertEquals(byLibrary, results);
    return results;
  }

  private static List<String> with(List<String> words, String option) {
    List<String> all = new ArrayList<>(words);
    all.add(option);
    return all;
  }

  /// A status without what changes from one moment to the next.
  private static String digitless(String json) {
    return json.replaceAll("\\d+", "0");
  }

  private static String helpInPackage(String name) throws Exception {
    return Files.readString(ShoalProcess.PACKAGE.resolve("lib/help/" + name + ".txt"));
  }
}
