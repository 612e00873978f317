package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.distribution.launch.PackageFolder;
import io.shoal.distribution.launch.ScratchFolder;
import io.shoal.distribution.launch.StartupCache;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.ContentCommands.AddRequest;
import io.shoal.runtime.command.ContentCommands.Added;
import io.shoal.runtime.command.ContentCommands.ProgressListener;
import io.shoal.runtime.command.NodeCommands;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes the start-up caches in a folder: that of small commands, that of others for which a
/// running node works, and that of all others.
@Command(name = "caches")
final class CachesCommand implements Callable<Integer> {

  /// Requests to a running node; ROOT is a folder that it has, UNKNOWN a root that it has not.
  private static final List<String> SMALL_COMMANDS =
      List.of(
          "--version",
          "--help",
          "ls --help",
          "status",
          "status --json",
          "peers",
          "plugins",
          "ls",
          "ls --json",
          "ls ROOT",
          "ls ROOT --json",
          "stat ROOT",
          "stat ROOT --json",
          "stat UNKNOWN",
          "find ROOT",
          "unpin ROOT",
          "pin ROOT",
          "pin ROOT --json",
          "gc",
          "gc --json");

  /// Those of which the library reads the command line.
  private static final List<String> NODE_COMMANDS =
      List.of(
          "add folder",
          "add folder --json",
          "add",
          "get ROOT -o fetched",
          "get ROOT -o fetched --replace --json",
          "get ROOT nonsense",
          "get UNKNOWN -o nothing --timeout 100ms",
          "get ROOT -o fetched --replace --peer=tcp://127.0.0.1:1",
          "cat ROOT/file",
          "find ROOT --timeout 100ms",
          "ls --nonsense",
          "verify",
          "publish name ROOT");

  private static final String UNKNOWN =
      "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

  @Parameters(paramLabel = "DIR", description = "where the caches go")
  @SuppressWarnings("NullAway.Init") // picocli refuses a command line without it
  Path folder;

  private final Environment environment;

  CachesCommand(Environment environment) {
    this.environment = environment;
  }

  @Option(
      names = "--follow",
      hidden = true,
      description = "end when standard input ends, with all that runs for it")
  boolean follow;

  @Override
  public Integer call() throws ShoalException, IOException, InterruptedException {
    if (follow) {
      followStandardInput();
    }
    Path launcher =
        PackageFolder.find()
            .map(home -> home.resolve("bin/shoal"))
            .orElseThrow(
                () -> new UserFaultException("there is no package: start it with bin/shoal"));
    Path into = Files.createDirectories(environment.folder().resolve(folder));
    try (var scratch = ScratchFolder.create("shoal-caches")) {
      var maker = new Maker(launcher, scratch.path());
      maker.make(into.resolve("shoal.aot"), Map.of(), List.of("train"));
      Path data = scratch.path().resolve("data");
      LogSetup.prepare("error", data);
      var configuration =
          Configuration.defaults()
              .with("plugins.transport-tcp.listen", "127.0.0.1:0")
              .with("plugins.discovery-kademlia.listen", "127.0.0.1:0");
      try (NodeCommands node = environment.nodes().start(data, configuration, Node.Mode.SERVE)) {
        String root = add(node, Files.createDirectories(scratch.path().resolve("folder")));
        Map<String, String> ofNode = Map.of("SHOAL_HOME", data.toString());
        maker.make(
            into.resolve("small.aot"), ofNode, of(SmallCommands.TRAINING, SMALL_COMMANDS, root));
        maker.make(into.resolve("client.aot"), ofNode, of("train", NODE_COMMANDS, root));
      }
    }
    return ExitCode.DONE;
  }

  private static List<String> of(String command, List<String> lines, String root) {
    return Stream.concat(Stream.of(command), lines.stream())
        .map(word -> word.replace("ROOT", root).replace("UNKNOWN", UNKNOWN))
        .toList();
  }

  /// No signal reports the death of the node that wants the caches, but the end of a pipe does.
  private static void followStandardInput() {
    Thread.ofPlatform()
        .daemon()
        .name("standard-input")
        .start(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                LoggerFactory.getLogger(CachesCommand.class).debug("standard input failed", e);
              }
              ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
              // The main thread waits for one of them, and removes what is half done.
              Runtime.getRuntime().exit(ExitCode.FAILED);
            });
  }

  private static String add(NodeCommands node, Path folder)
      throws ShoalException, IOException, InterruptedException {
    Files.writeString(folder.resolve("file"), "a file");
    List<Added> added = new ArrayList<>();
    node.add(AddRequest.builder(List.of(folder)).build(), ProgressListener.SILENT, added::add);
    return added.getFirst().root();
  }

  /// Runs the launcher so that it makes a cache of the run, and puts that into place whole.
  ///
  /// @param folder the current one of the run
  private record Maker(Path launcher, Path folder) {

    void make(Path cache, Map<String, String> variables, List<String> words)
        throws IOException, InterruptedException {
      Path unfinished = cache.resolveSibling(cache.getFileName() + ".new");
      var builder = new ProcessBuilder(launcher.toString()).directory(folder.toFile());
      builder.command().addAll(words);
      builder.environment().putAll(variables);
      builder.environment().put("SHOAL_AOT_OUTPUT", unfinished.toString());
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      int code = builder.start().waitFor();
      if (code != 0 || !Files.exists(unfinished)) {
        throw new IOException(
            "'shoal %s' made no start-up cache and ended with %d"
                .formatted(words.getFirst(), code));
      }
      StartupCache.protect(unfinished);
      Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
