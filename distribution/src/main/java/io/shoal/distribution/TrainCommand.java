package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ErrorLine;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.distribution.launch.ScratchFolder;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.NodeCommands;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Does in one process what users do in many, so that the start-up cache made of this run holds the
/// classes of all commands.
@Command(name = "train")
final class TrainCommand implements Callable<Integer> {

  private static final List<List<String>> COMMANDS =
      List.of(
          List.of("--help"),
          List.of("get", "--help"),
          List.of("get"),
          List.of("stat", "nonsense"),
          List.of("ls"),
          List.of("ls", "--json"),
          List.of("status"),
          List.of("status", "--json"),
          List.of("peers"),
          List.of("plugins"),
          List.of("plugins", "--json"),
          List.of("gc"));

  private final Environment environment;

  TrainCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws ShoalException, IOException, InterruptedException {
    var silent =
        new Environment(
            new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false),
            environment.nodes(),
            environment.folder());
    try (var scratch = ScratchFolder.create("shoal-train")) {
      Path data = scratch.path().resolve("data");
      Path file = Files.writeString(scratch.path().resolve("file"), "a file");
      LogSetup.prepare("error", data);
      var configuration =
          Configuration.defaults()
              .with("plugins.transport-tcp.listen", "127.0.0.1:0")
              .with("plugins.discovery-kademlia.listen", "127.0.0.1:0");
      // With a node that runs, commands go through its control API; afterwards each has one of its
      // own.
      try (NodeCommands _ = silent.nodes().start(data, configuration, Node.Mode.SERVE)) {
        run(silent, data, file);
      } catch (ShoalException e) {
        // Plugins that do not start are reported by 'serve'; the cache can do without a node.
        environment.console().note(ErrorLine.of(e));
      }
      run(silent, data, file);
    }
    return ExitCode.DONE;
  }

  private static void run(Environment silent, Path data, Path file) {
    new Program(silent).execute("add", file.toString(), "--data=" + data);
    for (List<String> command : COMMANDS) {
      List<String> words = new ArrayList<>(command);
      if (!command.contains("--help")) {
        words.add("--data=" + data);
      }
      new Program(silent).execute(words.toArray(String[]::new));
    }
  }
}
