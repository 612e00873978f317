package io.shoal.distribution.demo;

import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One node of the demo: a `shoal serve` of its own, with a data folder of its own.
final class DemoNode implements AutoCloseable {

  /// After SIGTERM; a node that ends takes well under a second.
  private static final int MAX_END_SECONDS = 5;

  private final String name;
  private final Path folder;
  private final List<String> command;
  private final Process process;
  private Map<String, String> ready = Map.of();

  private DemoNode(String name, Path folder, List<String> command, Process process) {
    this.name = name;
    this.folder = folder;
    this.command = command;
    this.process = process;
  }

  /// Starts a node; [#awaitReady] waits until it serves.
  static DemoNode start(Path launcher, Path parent, String name, List<String> options)
      throws IOException {
    Path folder = Files.createDirectory(parent.resolve(name));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--data",
                folder.toString(),
                "--listen",
                "127.0.0.1:0",
                "--dht",
                "127.0.0.1:0"));
    arguments.addAll(options);
    List<String> typed = new ArrayList<>(List.of("shoal"));
    typed.addAll(arguments);
    // It ends with the demo, since the pipe to its standard input does.
    arguments.addAll(List.of("--scratch", parent.toString()));
    arguments.addFirst(launcher.toString());
    Process process =
        new ProcessBuilder(arguments).redirectError(parent.resolve(name + ".log").toFile()).start();
    return new DemoNode(name, folder, typed, process);
  }

  /// Waits for the ready line.
  void awaitReady() throws IOException, UserFaultException {
    // Not closed: it belongs to the process and ends with it.
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (line == null || !line.startsWith("ready ")) {
      String said = Files.readString(folder.resolveSibling(name + ".log")).strip();
      throw new UserFaultException(
          name
              + " did not start: "
              + said.lines().reduce((_, last) -> last).orElse("no reason given"));
    }
    Map<String, String> words = new HashMap<>();
    for (String word : line.split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    ready = words;
  }

  String name() {
    return name;
  }

  Path folder() {
    return folder;
  }

  /// The command as a user would type it.
  String commandLine() {
    return String.join(" ", command);
  }

  /// A word of the ready line.
  String ready(String key) {
    return ready.getOrDefault(key, "");
  }

  /// The node, through its control API.
  RemoteNode node() throws IOException, UserFaultException {
    return RemoteNode.of(folder)
        .orElseThrow(() -> new UserFaultException(name + " has ended; its log says why"));
  }

  /// Where the node accepts connections.
  PeerAddress address() throws ShoalException, IOException {
    NodeStatus status = node().status();
    if (status.endpoints().isEmpty()) {
      throw new UserFaultException(name + " does not listen: name a transport in conf/shoal.yaml");
    }
    return PeerAddress.parse(status.endpoints().getFirst());
  }

  /// Ends it at once, as a crash would.
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /// Asks it to end, without waiting.
  void end() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(MAX_END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      // Until it is gone it counts as a user of the demo's folder; a killed process goes at once.
      process.destroyForcibly().onExit().join();
      Thread.currentThread().interrupt();
    }
  }
}
