package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.Nodes;
import io.shoal.distribution.console.Console;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.FoundProvider;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.ContentCommands.Reach;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StatusCommands.PluginEntry;
import io.shoal.runtime.command.StoreCommands.Collected;
import io.shoal.runtime.command.StoreCommands.Copied;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The output of command lines, on a node that answers as each test wants it.
class ProgramOutputTest {

  private static final String ROOT = "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  @TempDir Path data;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> asked = new ArrayList<>();
  private boolean runs = true;
  private boolean interrupted;
  private Optional<Exception> failure = Optional.empty();

  @BeforeEach
  void makeItANodes() throws IOException {
    Files.createFile(data.resolve("identity.key"));
  }

  private NodeCommands node() {
    return (NodeCommands)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {NodeCommands.class},
            (_, method, arguments) -> {
              if (method.getName().equals("close")) {
                return null;
              }
              asked.add(method.getName());
              if (failure.isPresent()) {
                throw failure.get();
              }
              if (method.getName().equals("find")) {
                return find(arguments);
              }
              return new Collected(1, 2, 3, 0);
            });
  }

  @SuppressWarnings("unchecked") // the last parameter of NodeCommands#find
  private Object find(Object[] arguments) {
    var each = (Consumer<FoundProvider>) arguments[arguments.length - 1];
    for (int i = 0; i < 3; i++) {
      asked.add("provider");
      each.accept(
          new FoundProvider("tcps://h:1", Optional.empty(), Reach.REACHABLE, "complete", ""));
    }
    return asked;
  }

  private int run(OutputStream results, String... arguments) {
    var nodes =
        new Nodes() {
          @Override
          public Optional<NodeCommands> running(Path dataFolder) {
            return runs ? Optional.of(node()) : Optional.empty();
          }

          @Override
          public NodeCommands start(Path data, Configuration configuration, Node.Mode mode) {
            return node();
          }

          @Override
          public Copied copyStore(
              Path data,
              Configuration configuration,
              String from,
              String to,
              ProgressListener progress)
              throws IOException {
            throw new IOException("there are no stores");
          }

          @Override
          public List<PluginEntry> pluginsOfFailedStart(Path data, Configuration configuration) {
            return List.of();
          }
        };
    var environment =
        new Environment(
            new Console(results, err, false), nodes, Path.of("/nowhere"), () -> interrupted);
    List<String> words = new ArrayList<>(List.of(arguments));
    if (!arguments[0].startsWith("-")) {
      words.add("--data=" + data);
    }
    return new Program(environment).run(words.toArray(String[]::new));
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    return run(out, arguments);
  }

  private List<String> notes() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void lostResultsAreAFailureInEachKindOfCommand() {
    for (String command : List.of("gc", "gc --json", "find " + ROOT, "--version", "gc --help")) {
      err.reset();
      assertEquals(1, run(failing("No space left on device"), command.split(" ", -1)), command);
      assertEquals(1, notes().size(), command + notes());
      assertTrue(notes().getFirst().contains("No space left on device"), command);
    }
  }

  @Test
  void aSearchEndsWhenItsReaderHasEnough() {
    assertEquals(141, run(failing("Broken pipe"), "find", ROOT));

    assertEquals(List.of("find", "provider"), asked);
    assertEquals(List.of(), notes());
  }

  @Test
  void anInterruptedCommandSaysSoWhateverFailed() {
    interrupted = true;
    for (Exception broken :
        List.of(
            new IOException((String) null),
            new IOException("/data/chunks: check the disk"),
            new IllegalStateException("closed"),
            new InterruptedException())) {
      failure = Optional.of(broken);

      assertEquals(130, run("gc"));

      assertEquals(List.of("shoal: interrupted; what was done so far is kept"), notes());
    }
  }

  @Test
  void optionsThatARunningNodeCannotTakeAreRefused() {
    for (String options :
        List.of("--set limits.upload=1MB", "--config other.yaml", "--bootstrap 127.0.0.1:1")) {
      String[] words = ("gc " + options).split(" ", -1);

      assertEquals(2, run(words), options);

      assertEquals(1, notes().size(), notes().toString());
      assertTrue(notes().getFirst().contains(words[1]), notes().toString());
      assertEquals(List.of(), asked, options);
    }
  }

  @Test
  void optionsThatChangeNoResultAreANoteBesideARunningNode() {

    assertEquals(0, run("gc", "--listen", "127.0.0.1:0", "--dht=127.0.0.1:0"));

    assertEquals(1, notes().size(), notes().toString());
    assertTrue(notes().getFirst().contains("--listen, --dht"), notes().toString());
    assertEquals(0, run("gc", "--log-level", "info"));
    assertEquals(List.of(), notes());
  }

  @Test
  void optionsOfAPluginThatIsNotUsedAreRefused() {
    runs = false;
    for (String options :
        List.of(
            "--dht=127.0.0.1:0 --set active.discovery=[]",
            "--bootstrap=127.0.0.1:1 --set active.discovery=[]",
            "--listen=127.0.0.1:0 --set active.transport=[other]")) {
      assertEquals(2, find(options), options);
      String note = notes().getLast();
      assertTrue(note.contains(options.substring(0, options.indexOf('='))), note);
      assertEquals(List.of(), asked);
    }

    assertEquals(0, find("--listen=127.0.0.1:0 --set active.discovery=[]"));
    assertEquals(0, find("--dht=127.0.0.1:0 --bootstrap=127.0.0.1:1"));
  }

  private int find(String options) {
    return run(("find " + ROOT + " " + options).split(" ", -1));
  }

  @Test
  void theHelpOfACommandHasItsOwnOptionsAndOneLineForTheRest() {
    for (Subcommand command : Subcommand.shown()) {
      if (command == Subcommand.SERVE || command == Subcommand.DEMO) {
        continue;
      }
      assertEquals(0, run(command.word(), "--help"));
      List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
      // The commands of a command come last.
      String common =
          lines.stream().filter(line -> line.startsWith("Common (")).findFirst().orElse("");
      for (String option : List.of("--data", "--config", "--set", "--json", "-q", "-h")) {
        assertTrue(common.contains(" " + option), command + ": " + common);
      }
      Stream<String> own = lines.stream().filter(line -> !line.equals(common));
      assertFalse(own.anyMatch(line -> line.contains("--config")), command.word());
    }
    run("get", "--help");
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("--peer=URI"));
  }

  @Test
  void theHelpOfTheProgramDescribesTheCommonOptions() {
    assertEquals(0, run("--help"));
    String help = out.toString(StandardCharsets.UTF_8);
    for (String option : List.of("--data=DIR", "--set=KEY=VALUE", "--log-level=LEVEL", "--json")) {
      assertTrue(help.contains(option), option);
    }
    assertTrue(help.indexOf("  demo ") < help.indexOf("--data=DIR"));
    run("serve", "--help");
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("--listen=HOST:PORT"));
  }
}
