package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.Nodes;
import io.shoal.distribution.console.Console;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.GetRequest;
import io.shoal.runtime.command.ContentCommands.NotAdded;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.FolderInUseException;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NodeGoneException;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What people type, and what a node is asked for it.
class CommandLineTest {
  private static final String A = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
  private static final String B = "bafybeiaovfcinf44ijwunnzkbxy63zkjmoyeh4syjfdlt3e7qcukvyxlya";
  private static final String ABSENT =
      "bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> asked = new ArrayList<>();
  private int timesInUse;
  private boolean hangs;

  /// A node that notes what it is asked, and has everything but one root.
  private Object answer(String method, Object... arguments) throws ShoalException, IOException {
    if (hangs) {
      note(method);
      throw new NodeGoneException("the node does not answer", new IOException());
    }
    return switch (method) {
      case "add" -> {
        AddRequest request = (AddRequest) arguments[0];
        for (Path path : request.paths()) {
          add(path, request, arguments);
        }
        yield Optional.empty();
      }
      case "cat" -> {
        write((OutputStream) arguments[3]);
        yield note("cat " + text(arguments[0]));
      }
      case "get" -> {
        GetRequest request = (GetRequest) arguments[0];
        throw new NotFoundException("no " + note("get " + request.reference().text()));
      }
      case "stat" -> stat((Reference) arguments[0]);
      case "share" -> {
        note("share " + text(arguments[0]) + " " + arguments[1]);
        yield new StoreCommands.Shared(text(arguments[0]), "private");
      }
      case "roots" -> List.of();
      default -> note(method + (arguments.length == 0 ? "" : " " + text(arguments[0])));
    };
  }

  @SuppressWarnings("unchecked")
  private void add(Path path, AddRequest request, Object... arguments) {
    note("add " + folder.relativize(path) + request.name().map(name -> " as " + name).orElse(""));
    if (path.endsWith("bad")) {
      ((Consumer<NotAdded>) arguments[3]).accept(new NotAdded("bad", "bad: it is bad", true));
      return;
    }
    String name = request.name().orElse(String.valueOf(path.getFileName()));
    List<String> changed = name.equals("restless") ? List.of(name) : List.of();
    ((Consumer<Added>) arguments[2])
        .accept(
            new Added(
                A,
                name,
                1,
                1,
                1,
                1,
                Optional.empty(),
                List.of(),
                "public",
                0,
                Optional.empty(),
                changed,
                "shoal:" + A));
  }

  private StoreCommands.ContentStat stat(Reference reference) throws NotFoundException {
    if (reference.text().contains(ABSENT)) {
      throw new NotFoundException(ABSENT + " is not here");
    }
    return new StoreCommands.ContentStat(
        reference.text(),
        "file",
        Optional.of("name"),
        5,
        1,
        1,
        true,
        Optional.empty(),
        false,
        Optional.empty());
  }

  private static void write(OutputStream to) {
    try {
      to.write("bytes".getBytes(StandardCharsets.UTF_8));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String note(String line) {
    asked.add(line);
    return line;
  }

  private static String text(Object reference) {
    return ((Reference) reference).text();
  }

  private NodeCommands node() {
    return (NodeCommands)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {NodeCommands.class},
            (_, method, arguments) ->
                method.getName().equals("close")
                    ? null
                    : answer(method.getName(), arguments == null ? new Object[0] : arguments));
  }

  private final class OneNode implements Nodes {
    @Override
    public Optional<NodeCommands> running(Path dataFolder) {
      return timesInUse > 0 ? Optional.empty() : Optional.of(node());
    }

    @Override
    public List<PluginEntry> pluginsOfFailedStart(Path dataFolder, Configuration configuration) {
      return List.of();
    }

    @Override
    public StoreCommands.Copied copyStore(
        Path dataFolder,
        Configuration configuration,
        String from,
        String to,
        ProgressListener progress)
        throws FolderInUseException {
      if (timesInUse-- > 1) {
        throw new FolderInUseException(dataFolder + " is in use", new Exception());
      }
      asked.add("copy " + from + " " + to);
      return new StoreCommands.Copied(2, 2_000_000, 1, from.equals("corrupt") ? 3 : 0);
    }

    @Override
    public NodeCommands start(Path dataFolder, Configuration configuration, Node.Mode mode)
        throws FolderInUseException {
      timesInUse--;
      throw new FolderInUseException(dataFolder + " is in use", new Exception());
    }
  }

  @BeforeEach
  void makeData() throws Exception {
    // What a node leaves in its folder: a command that only asks makes none.
    Files.createFile(Files.createDirectories(folder.resolve("d")).resolve("identity.key"));
  }

  /// On the data folder `d`, unless the words name one.
  private int run(String... words) {
    boolean named =
        List.of(words).contains("--data") || words.length < 2 || words[0].equals("help");
    if (named) {
      return runAsIs(words);
    }
    List<String> all = new ArrayList<>(List.of(words));
    all.add(1, "--data=" + folder.resolve("d"));
    return runAsIs(all.toArray(String[]::new));
  }

  private int runAsIs(String... words) {
    out.reset();
    err.reset();
    asked.clear();
    var console = new Console(out, err, false);
    return new Program(new Environment(console, new OneNode(), folder)).execute(words);
  }

  private String results() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String notes() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void oneReferenceOfManyThatFailsDoesNotEndTheOthers() {
    assertEquals(3, run("stat", A, ABSENT, B));

    assertEquals(2, results().lines().count(), results());
    assertTrue(
        results().lines().allMatch(line -> line.contains("  file  5 B  1/1 chunks  pinned")));
    assertTrue(notes().contains(ABSENT), notes());
    assertEquals(0, run("pin", "-q", A, B, A));
    assertEquals(List.of("pin " + A, "pin " + B, "pin " + A), asked);
    assertEquals(3, run("get", A, B));
    assertEquals(List.of("get " + A, "get " + B), asked);
  }

  @Test
  void aRootThatIsForgottenIsNotPinnedAsTheUserWantsIt() {
    assertEquals(0, run("unpin", ABSENT));

    assertEquals(ABSENT + "  not pinned\n", results());
    assertEquals(0, run("unpin", "--json", ABSENT));
    assertTrue(results().contains("\"pinned\":false"), results());
  }

  @Test
  void referencesComeFromAFileToo() throws Exception {
    Files.writeString(folder.resolve("list"), "\n" + B + "\r\nnonsense\n ipfs://" + A + "\n");

    assertEquals(2, run("unpin", "--json", "--input-file", "list", A));

    assertEquals(List.of("unpin " + A, "unpin " + B, "unpin " + A), asked);
    assertEquals(3, results().lines().count());
    assertTrue(notes().contains("line 3 of "), notes());
    assertTrue(notes().startsWith("{\"error\":\"line 3"), notes());
    assertEquals(1, run("get", "--input-file", "list"), "failures of two kinds");
    assertEquals(2, asked.size());
    assertEquals(1, run("get", "--input-file", "nowhere"));
    assertTrue(notes().contains("no such file"), notes());
  }

  @Test
  void sharingManyTakesTheRuleLast() throws Exception {
    Files.writeString(folder.resolve("list"), B);

    assertEquals(0, run("share", A, A, "--input-file", "list", "Private"));

    assertEquals(
        List.of("share " + A + " PRIVATE", "share " + A + " PRIVATE", "share " + B + " PRIVATE"),
        asked);
    assertEquals(2, run("share", A, B));
    assertTrue(notes().contains("'public' or 'private'"), notes());
    assertEquals(2, run("share", "private"));
  }

  @Test
  void onePathOfManyThatFailsDoesNotEndTheOthers() throws Exception {
    Files.writeString(folder.resolve("list"), "c d\n\nbad\n@e\n");

    assertEquals(1, run("add", "a", "bad", "b"));
    assertEquals(List.of(A + "  a", A + "  b"), results().lines().toList());
    assertTrue(notes().contains("bad: it is bad"), notes());
    assertEquals(1, run("add", "--input-file", "list", "a"));
    assertEquals(List.of("add a", "add c d", "add bad", "add @e"), asked);
    assertEquals(2, run("add", "bad"));
    assertEquals(2, run("add", "--name", "x", "a", "b"));
  }

  @Test
  void aFileThatChangedIsNamedAndTheCodeSaysSo() {
    assertEquals(1, run("add", "restless"));

    assertTrue(results().contains("restless"));
    assertTrue(notes().contains("restless changed while it was read"), notes());
  }

  @Test
  void whatIsAddedIsShownWithALinkToSend() {
    assertEquals(0, run("add", "a"));
    assertTrue(notes().contains("'shoal:" + A + "'"), notes());
    assertEquals(0, run("add", "-q", "a"));
    assertEquals("", notes());
  }

  @Test
  void standardInputIsAStreamThatIsReadOnce() {
    assertEquals(2, run("add", "-", "/dev/stdin"));
    assertEquals(2, run("add", "-", "--input-file", "-"));
    assertEquals(2, run("add", "--in-place", "-"));
    assertEquals(List.of(), asked);
  }

  @Test
  void getWritesToStandardOutput() {
    assertEquals(0, run("get", A, B, "-o", "-"));
    assertEquals("bytesbytes", results());
    assertEquals(2, run("get", A, "-o", "-", "--keep"));
    assertEquals(2, run("get", A, B, "-o", "none"));
  }

  @Test
  void aFileCalledAtSomethingIsNoListOfArguments() throws Exception {
    Files.writeString(folder.resolve("@list"), "--in-place secret");
    assertEquals(0, run("add", "@list", "--", "@list"));
    assertEquals(List.of("add @list", "add @list"), asked);
  }

  @Test
  void anEmptyArgumentIsRefused() {
    for (List<String> words :
        List.of(
            List.of("add", ""),
            List.of("add", "a", ""),
            List.of("add", "--in-place", ""),
            List.of("add", "--hashed-dir", ""),
            List.of("add", "--input-file", ""),
            List.of("get", ""),
            List.of("get", A, "-o", ""),
            List.of("get", A, "--input-file="),
            List.of("ls", ""),
            List.of("ls", "--data", ""),
            List.of("ls", "--config="),
            List.of("stat", A, ""))) {
      assertEquals(2, run(words.toArray(String[]::new)), words.toString());
      assertEquals(List.of(), asked, words.toString());
      assertTrue(notes().contains("empty"), words + notes());
    }
  }

  @Test
  void helpAndVersionAreWordsToo() {
    String all = help("--help");
    String get = help("get", "-h");
    assertEquals(all, help("help"));
    assertEquals(get, help("help", "get"));
    assertEquals(get, help("help", "get", "--help"));
    assertEquals(help("--version"), help("version"));
    assertTrue(get.contains("--input-file"), get);
  }

  private String help(String... words) {
    assertEquals(0, run(words), String.join(" ", words));
    return results();
  }

  @Test
  void optionsMayComeBeforeTheCommand() {
    String data = folder.resolve("d").toString();
    assertEquals(0, run("--data", data, "-q", "--log-level=error", "pin", A));
    assertEquals(List.of("pin " + A), asked);
    assertEquals(2, run("--data", data));
    assertEquals(2, run("--nonsense", "pin", A));
  }

  @Test
  void aFailureIsJsonIfResultsAre() {
    assertEquals(3, run("stat", ABSENT, "--json"));
    assertEquals("{\"error\":\"%s is not here\",\"exitCode\":3}\n".formatted(ABSENT), notes());
    assertEquals(2, run("stat", "--json", "--nonsense"));
    assertTrue(notes().startsWith("{\"error\":"), notes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999d", "-1s", "1e9s", "", "5"})
  void aTimeThatIsNoneIsRefused(String time) {
    assertEquals(2, run("find", A, "--timeout", time));
    assertEquals(List.of(), asked);
  }

  @Test
  void aCommandWaitsForAnotherThatUsesTheFolder() {
    timesInUse = 3;
    assertEquals(0, run("pin", "-q", A));
    assertEquals(List.of("pin " + A), asked);
    timesInUse = 3;
    assertEquals(1, run("pin", "--wait", "0s", A));
    assertTrue(notes().contains("is in use"), notes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"stat", "pin", "unpin", "get"})
  void aNodeThatDoesNotAnswerIsAskedNothingMore(String command) throws Exception {
    hangs = true;
    Path more = Files.writeString(folder.resolve("more"), B + "\n" + A + "\n");

    assertEquals(1, run(command, A, B, "--input-file", more.toString()));

    assertEquals(1, asked.size(), asked.toString());
    assertEquals("shoal: the node does not answer\n", notes());
  }

  @Test
  void aStatThatIsQuietPrintsTheRootAlone() {
    assertEquals(0, run("stat", "-q", A));
    assertEquals(A + "\n", results());
  }

  @Test
  void aStoreIsCopiedOnlyWithoutANodeAndInTurn() {
    assertEquals(1, run("store", "copy", "a", "b"));
    assertTrue(notes().contains("stop it first"), notes());
    assertEquals(2, run("store", "copy", "a"));
    assertEquals(2, run("store", "move", "a", "b"));

    timesInUse = 3;
    assertEquals(0, run("store", "copy", "a", "b"));
    assertEquals(List.of("copy a b"), asked);
    assertEquals(
        "2 chunks copied (2.0 MB), 1 there already, 0 left out: corrupt or unreadable",
        results().strip());
    assertTrue(notes().contains("name b in active.storage"), notes());
    timesInUse = 1;
    assertEquals(4, run("store", "copy", "corrupt", "b"));
    assertTrue(notes().contains("'shoal verify --repair'"), notes());
    timesInUse = 1;
    assertEquals(4, run("store", "copy", "--json", "corrupt", "b"));
    assertEquals(
        "{\"chunksCopied\":2,\"bytesCopied\":2000000,\"chunksThere\":1,\"chunksLeftOut\":3}",
        results().strip());
  }
}
