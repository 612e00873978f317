package io.shoal.distribution;

import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.ScratchFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Does in one process what users do in many, so that the start-up cache made of this run holds the
/// classes of all commands.
@Command(name = "train")
final class TrainCommand implements Callable<Integer> {

  /// Those that need no content.
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

  /// Three chunks, and a block that links them.
  private static final int FILE_BYTES = 5 << 19;

  private static final Pattern READY = Pattern.compile("ready peer=(\\S+) tcp=(\\S+) .*\n");
  private static final Pattern ADDED = Pattern.compile("(\\S+) .*\n");

  @Parameters(
      paramLabel = "LINE",
      description = "command lines for the node that runs on the data folder, and no others")
  List<String> ofNode = new ArrayList<>();

  private final Environment environment;

  TrainCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!ofNode.isEmpty()) {
      ofNode.forEach(line -> run(OutputStream.nullOutputStream(), line.split(" ", -1)));
      return ExitCode.DONE;
    }
    try (var scratch = ScratchFolder.create("shoal-train")) {
      Path data = scratch.path().resolve("data");
      Path folder = Files.createDirectory(scratch.path().resolve("folder"));
      Files.writeString(folder.resolve("file"), "a file");
      byte[] content = new byte[FILE_BYTES];
      new Random(1).nextBytes(content);
      Files.write(folder.resolve("larger file"), content);
      // With a node that runs, commands go through its control API; afterwards each has one of its
      // own.
      serveWhile(data, ready -> fetch(addThenOthers(data, folder), ready, data, scratch.path()));
      addThenOthers(data, folder);
    }
    return ExitCode.DONE;
  }

  /// Runs a node as a user does, and commands once it printed its ready line. Plugins that do not
  /// start are reported by the user's own 'serve': the cache can do without a node.
  private void serveWhile(Path data, Consumer<String> commands) throws InterruptedException {
    var readyOrEnded = new CountDownLatch(1);
    var results =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            readyOrEnded.countDown();
          }
        };
    Thread serve =
        Thread.ofPlatform()
            .start(
                () -> {
                  run(results, data, "serve", "--listen=127.0.0.1:0", "--dht=127.0.0.1:0");
                  readyOrEnded.countDown();
                });
    readyOrEnded.await();
    commands.accept(results.toString(StandardCharsets.UTF_8));
    serve.interrupt();
    serve.join();
  }

  /// @return what 'add' printed
  private String addThenOthers(Path data, Path folder) {
    var added = new ByteArrayOutputStream();
    run(added, data, "add", folder.toString());
    run(OutputStream.nullOutputStream(), data, "add", "--in-place", "-q", folder.toString());
    COMMANDS.forEach(
        command -> run(OutputStream.nullOutputStream(), data, command.toArray(String[]::new)));
    return added.toString(StandardCharsets.UTF_8);
  }

  /// Fetches from the node by a node that runs for this command alone, and from the node's own
  /// store.
  private void fetch(String added, String ready, Path data, Path scratch) {
    Matcher content = ADDED.matcher(added);
    Matcher node = READY.matcher(ready);
    if (!content.lookingAt() || !node.lookingAt()) {
      return;
    }
    String root = content.group(1);
    String peer = "--peer=tcps://" + node.group(2) + "#" + node.group(1);
    Path elsewhere = scratch.resolve("elsewhere");
    OutputStream nowhere = OutputStream.nullOutputStream();
    run(nowhere, elsewhere, "get", root, peer, "-o", scratch.resolve("fetched").toString());
    run(nowhere, elsewhere, "cat", root + "/file");
    run(nowhere, elsewhere, "verify");
    run(nowhere, data, "get", root, "-o", scratch.resolve("copied").toString());
    run(nowhere, data, "cat", root + "/file");
    run(nowhere, data, "find", root);
  }

  private void run(OutputStream results, Path data, String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    if (!words.contains("--help")) {
      words.add("--data=" + data);
    }
    run(results, words.toArray(String[]::new));
  }

  private void run(OutputStream results, String[] words) {
    var console = new Console(results, OutputStream.nullOutputStream(), false);
    new Program(new Environment(console, environment.nodes(), environment.folder())).execute(words);
  }
}
