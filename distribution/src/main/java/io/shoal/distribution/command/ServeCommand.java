package io.shoal.distribution.command;

import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.console.LostResultException;
import io.shoal.distribution.launch.EndSignals;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.distribution.launch.ScratchFolder;
import io.shoal.distribution.launch.Signals;
import io.shoal.distribution.launch.StartupCache;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.StatusCommands.DiscoveryEntry;
import io.shoal.runtime.command.StatusCommands.NodeStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false,
    abbreviateSynopsis = true)
public final class ServeCommand implements Callable<Integer> {

  /// Among the names of the signals that end a node.
  private static final String END_OF_INPUT = "end of input";

  /// An endpoint that no other machine reaches: at a loopback address, or a path.
  private static final Pattern ONLY_HERE = Pattern.compile("[^:]+://(/|127\\.|\\[::1]|localhost:)");

  @Mixin CommonOptions common = new CommonOptions();

  // The demo's nodes must not outlive it, however it ends: no signal reports a parent's death, but
  // the end of a pipe that it held does.
  @Option(
      names = "--scratch",
      paramLabel = "DIR",
      hidden = true,
      description =
          "end when standard input ends; the last user of DIR, a folder of the demo's, removes it")
  Optional<Path> scratch = Optional.empty();

  private final Environment environment;

  public ServeCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws ShoalException, IOException, InterruptedException {
    Path data = common.dataFolder();
    Configuration configuration = common.configuration(true);
    if (scratch.isEmpty()) {
      return begin(data, configuration);
    }
    // Around the log, which would make a folder anew that its last user has removed.
    try (var shared = ScratchFolder.share(scratch.get())) {
      try {
        return begin(data, configuration);
      } finally {
        LogSetup.end();
      }
    }
  }

  private int begin(Path data, Configuration configuration)
      throws ShoalException, IOException, InterruptedException {
    LogSetup.prepareLasting(configuration.logLevel(), data);
    var running = RemoteNode.of(data);
    if (running.isPresent()) {
      throw new UserFaultException(
          "%s: the node of process %d uses this data folder: stop it, or give another with --data"
              .formatted(data, running.get().pid()));
    }
    var signals = new EndSignals();
    Signals.handle(signals::add);
    if (scratch.isPresent()) {
      awaitEndOfInput(signals);
    }
    return serve(data, configuration, signals);
  }

  private static void awaitEndOfInput(EndSignals signals) {
    // A platform thread: reading standard input would hold up the carrier of a virtual one.
    Thread.ofPlatform()
        .daemon()
        .name("standard-input")
        .start(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                LoggerFactory.getLogger(ServeCommand.class).debug("standard input failed", e);
              }
              signals.add(END_OF_INPUT);
            });
  }

  private int serve(Path data, Configuration configuration, EndSignals signals)
      throws ShoalException, IOException, InterruptedException {
    Optional<NodeCommands> started = start(data, configuration, signals);
    if (started.isEmpty()) {
      return code(signals.take());
    }
    try (NodeCommands node = started.get()) {
      NodeStatus status = node.status();
      ready(status, RemoteNode.of(data).map(RemoteNode::url).orElse("off"));
      if (wantsCaches(configuration)) {
        StartupCache.remake(data);
      }
      if (!common.quiet) {
        forOthers(status.endpoints())
            .ifPresent(command -> environment.console().note("shoal: elsewhere: " + command));
        status.advice().forEach(line -> environment.console().note("shoal: " + line));
      }
      return code(signals.take());
    }
  }

  /// No node starts on a scratch folder again, and making a cache would outlive the node. It runs
  /// every plugin of the package, by the default configuration: also one that is refused here.
  boolean wantsCaches(Configuration configuration) {
    return scratch.isEmpty() && !configuration.restrictsPlugins();
  }

  private void ready(NodeStatus status, String api) {
    try {
      if (common.json) {
        environment.console().json(readyWords(status, api));
      } else {
        environment.console().result(readyLine(status, api));
      }
    } catch (LostResultException e) {
      // A reader that has gone does not need the line. Any other waits for it in vain.
      if (!environment.console().readerGone()) {
        throw e;
      }
    }
  }

  private static int code(String signal) {
    return signal.equals("INT") ? ExitCode.INTERRUPTED : ExitCode.DONE;
  }

  /// Starts the node; empty if a signal came meanwhile.
  private Optional<NodeCommands> start(Path data, Configuration configuration, EndSignals signals)
      throws ShoalException, IOException, InterruptedException {
    signals.begin();
    try {
      return Optional.of(environment.nodes().start(data, configuration, Node.Mode.SERVE));
    } catch (InterruptedException e) {
      if (signals.isEmpty()) {
        throw e;
      }
      return Optional.empty();
    } finally {
      signals.end();
    }
  }

  /// `ready peer=… tcp=HOST:PORT dht=HOST:PORT api=URL`: one word for each transport scheme, of
  /// which TLS over TCP is `tcp` too, since a node has one of the two; further addresses are
  /// `tcp.2`, `tcp.3`, …
  static String readyLine(NodeStatus status, String api) {
    var line = new StringBuilder("ready");
    readyWords(status, api)
        .forEach((key, value) -> line.append(' ').append(key).append('=').append(value));
    return line.toString();
  }

  /// The words of the ready line, which are the fields of its JSON.
  static Map<String, String> readyWords(NodeStatus status, String api) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("peer", status.peerId());
    for (String endpoint : status.endpoints()) {
      int colon = endpoint.indexOf(':');
      String scheme = endpoint.substring(0, colon);
      add(words, scheme.equals("tcps") ? "tcp" : scheme, place(endpoint));
    }
    for (DiscoveryEntry entry : status.discoveries()) {
      entry
          .endpoint()
          .ifPresent(
              endpoint ->
                  words.putIfAbsent(
                      entry.plugin().equals("discovery-kademlia") ? "dht" : entry.plugin(),
                      endpoint));
    }
    words.put("api", api);
    return words;
  }

  /// A line to copy to another machine, which gets what this node has; empty if no other machine
  /// reaches it.
  static Optional<String> forOthers(List<String> endpoints) {
    return endpoints.stream()
        .filter(endpoint -> !ONLY_HERE.matcher(endpoint).lookingAt())
        .findFirst()
        .map(endpoint -> "shoal get ROOT --peer " + endpoint);
  }

  private static void add(Map<String, String> words, String word, String value) {
    String free = word;
    for (int i = 2; words.containsKey(free); i++) {
      free = word + "." + i;
    }
    words.put(free, value);
  }

  /// What follows the scheme, without the peer id, which has a word of its own.
  private static String place(String endpoint) {
    int hash = endpoint.indexOf('#');
    return endpoint
        .substring(endpoint.indexOf(':') + 1, hash < 0 ? endpoint.length() : hash)
        .replaceFirst("^//", "");
  }
}
