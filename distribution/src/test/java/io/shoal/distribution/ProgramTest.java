package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.Nodes;
import io.shoal.distribution.console.Console;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands.Copied;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Command lines that do nothing, or as good as nothing.
class ProgramTest {

  private static final String CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

  @TempDir Path folder;
  private Path data;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// The data folders for which a node was wanted.
  private final List<Path> wanted = new ArrayList<>();

  @BeforeEach
  void name() {
    data = folder.resolve("data");
  }

  private final class NoNodes implements Nodes {
    @Override
    public Optional<NodeCommands> running(Path dataFolder) {
      return Optional.empty();
    }

    @Override
    public List<PluginEntry> pluginsOfFailedStart(Path dataFolder, Configuration configuration) {
      return List.of();
    }

    @Override
    public Copied copyStore(
        Path dataFolder,
        Configuration configuration,
        String from,
        String to,
        ProgressListener progress)
        throws IOException {
      wanted.add(dataFolder);
      throw new IOException("no store is here");
    }

    @Override
    public NodeCommands start(Path dataFolder, Configuration configuration, Node.Mode mode)
        throws IOException {
      wanted.add(dataFolder);
      throw new IOException("no node starts here");
    }
  }

  private int run(String... words) {
    err.reset();
    var environment = new Environment(new Console(out, err, false), new NoNodes(), folder);
    return new Program(environment).execute(words);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void helpBreaksNoAddressAndNoReferenceIntoTwo() {
    var environment = new Environment(new Console(out, err, false), new NoNodes(), folder);
    for (Subcommand command : Subcommand.shown()) {
      new Program(environment)
          .help(command)
          .lines()
          .forEach(
              line -> assertFalse(line.matches(".*\\b(tcps?|shoal|sha256|https?|ipfs):/*"), line));
    }
  }

  @Test
  void theHelpOfACommandBeginsWithItsOwnOptions() {
    var environment = new Environment(new Console(out, err, false), new NoNodes(), folder);
    String help = new Program(environment).help(Subcommand.ADD);
    assertTrue(help.indexOf("--in-place") < help.indexOf("--input-file"), help);
    assertTrue(help.indexOf("--hashed-dir") < help.indexOf("--data"), help);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "add|",
        "add|--in-place|",
        "add|file|",
        "add|--name=|file",
        "add|--hashed-dir|",
        "get|" + CID + "|-o|",
        "get|" + CID + "|--output=",
        "ls|--data|",
        "ls|--data=",
        "status|--config|",
        "key|export|",
        "serve|--data|"
      })
  void anEmptyArgumentIsAUsageError(String line) throws Exception {
    Files.writeString(folder.resolve("file"), "secret");

    int code = run(line.split("\\|", -1));

    assertEquals(2, code, errors());
    assertTrue(errors().contains("empty"), errors());
    assertEquals(List.of(), wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls",
        "ls " + CID,
        "status",
        "peers",
        "gc",
        "verify",
        "pin " + CID,
        "unpin " + CID,
        "share " + CID + " private",
        "key show",
        "publish"
      })
  void aMisspeltDataFolderIsNamedAndNotMade(String line) {
    int code = run((line + " --data " + data).split(" "));

    assertEquals(1, code, errors());
    assertTrue(errors().contains(data.toString()), errors());
    assertEquals(List.of(), wanted);
    assertTrue(Files.notExists(data));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cat " + CID, "find " + CID, "stat " + CID, "plugins", "inspect"})
  void aQuestionToOthersLeavesNoDataFolderBehind(String line) throws Exception {
    // What is there and never was a node's is not made one's.
    Files.createDirectory(data);

    run((line + " --data " + data).split(" "));

    assertTrue(errors().contains(data.toString()), errors());
    assertTrue(!wanted.isEmpty() && !wanted.contains(data), wanted.toString());
    assertTrue(wanted.stream().allMatch(Files::notExists), wanted.toString());
    try (Stream<Path> files = Files.list(data)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void whatBeginsWithANodeMakesItsDataFolder() throws Exception {
    Files.writeString(folder.resolve("file"), "x");

    run("add", "file", "--data", data.toString());
    run("get", CID, "--data", data.toString());

    assertEquals(List.of(data, data), wanted);
  }

  @Test
  void aSlashAtTheEndMeansAFolder() throws Exception {
    Files.writeString(folder.resolve("file"), "x");

    assertEquals(2, run("add", "file/", "--data", data.toString()));
    assertTrue(errors().contains("file/ is a file"), errors());
    assertEquals(2, run("get", CID, "-o", "file/", "--data", data.toString()));
    assertEquals(List.of(), wanted);
  }
}
