package io.shoal.distribution.command;

import io.shoal.api.Cid;
import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.distribution.launch.ScratchFolder;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.Configuration;
import io.shoal.runtime.Node;
import io.shoal.runtime.command.FolderInUseException;
import io.shoal.runtime.command.NameCommands.ResolvedName;
import io.shoal.runtime.command.NodeCommands;
import io.shoal.runtime.command.NotFoundException;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A command that works on a node: on the one that runs on the data folder, else on one of its own
/// that ends with the command.
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false,
    abbreviateSynopsis = true)
public abstract class NodeCommand implements Callable<Integer> {

  @Mixin public CommonOptions common = new CommonOptions();

  /// For a name, where the user sets no time.
  static final Duration NAME_PATIENCE = Duration.ofSeconds(60);

  /// Between two looks at whether the data folder is free.
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  /// Most commands end sooner: a note would only come and go.
  private static final Duration QUIET_WAIT = Duration.ofSeconds(2);

  /// The option of commands that search for names.
  static final class NamePatience {

    @Option(
        names = "--timeout",
        paramLabel = "TIME",
        description = "how long to search for each name (default: ${DEFAULT-VALUE})",
        defaultValue = "60s")
    Duration timeout = Duration.ofSeconds(60);
  }

  private final Environment environment;

  NodeCommand(Environment environment) {
    this.environment = environment;
  }

  /// The kind of node that is needed if none runs.
  abstract Node.Mode mode();

  /// Takes the argument besides options, if the command may then be run by [SmallCommands].
  ///
  /// @return false if the command line must be read by its library: the command has more to read,
  ///   or there is an error to report
  public boolean take(Optional<Reference> reference) {
    return false;
  }

  /// Does the work.
  ///
  /// @return the exit code
  public abstract int run(NodeCommands node)
      throws ShoalException, IOException, InterruptedException;

  /// Checks the arguments before a node is started.
  void check() throws ShoalException, IOException, InterruptedException {}

  /// What a command does where no node's data is, since the folder is new or misspelt.
  enum WithoutData {
    /// It makes the data folder, with a key.
    MAKES_IT,
    /// It can only be about what is there, and fails.
    NEEDS_IT,
    /// It asks other nodes, or none, and leaves nothing behind.
    DOES_WITHOUT
  }

  WithoutData withoutData() {
    return WithoutData.NEEDS_IT;
  }

  @Override
  public final Integer call() throws ShoalException, IOException, InterruptedException {
    check();
    Path data = common.dataFolder();
    if (withoutData() == WithoutData.MAKES_IT || !Node.isWithoutData(data)) {
      return work();
    }
    // A wrong setting is wrong wherever the data is.
    common.configuration(false);
    String missing = data + ": no node's data is there: check --data and SHOAL_HOME";
    if (withoutData() == WithoutData.NEEDS_IT) {
      throw new UserFaultException(missing + "; 'shoal add', 'get' and 'serve' begin with it");
    }
    if (!common.quiet) {
      console().note("shoal: " + missing + "; this is done without it");
    }
    try (var scratch = ScratchFolder.create("shoal-asking")) {
      common.data = Optional.of(scratch.path().resolve("data"));
      return work();
    }
  }

  /// Does the work, where the data is or may be made.
  int work() throws ShoalException, IOException, InterruptedException {
    try (NodeCommands node = node(mode())) {
      return run(node);
    } catch (NotFoundException e) {
      if (!canAskOthers()) {
        throw e;
      }
    }
    try (NodeCommands node = node(Node.Mode.FETCH_ONLY)) {
      return run(node);
    }
  }

  /// Whether to ask other nodes for content that is not found here.
  boolean asksOthers() {
    return false;
  }

  /// Whether a node that asks others is still to be tried.
  final boolean canAskOthers() throws IOException {
    return asksOthers()
        && mode() == Node.Mode.OFFLINE
        && environment.nodes().running(common.dataFolder()).isEmpty();
  }

  /// The node that runs on the data folder, or one of this command. Another command that has none
  /// either is waited for: it ends.
  private NodeCommands node(Node.Mode mode)
      throws ShoalException, IOException, InterruptedException {
    return inTurn(() -> nodeNow(mode));
  }

  /// Work that needs the data folder.
  @FunctionalInterface
  interface Attempt<T> {
    T make() throws ShoalException, IOException, InterruptedException;
  }

  /// Makes an attempt as soon as no other command uses the data folder.
  final <T> T inTurn(Attempt<T> attempt) throws ShoalException, IOException, InterruptedException {
    long began = System.nanoTime();
    boolean waiting = false;
    while (true) {
      try {
        return attempt.make();
      } catch (FolderInUseException e) {
        Duration waited = Duration.ofNanos(System.nanoTime() - began);
        if (waited.compareTo(common.patience) >= 0) {
          throw e;
        }
        if (!waiting && !common.quiet && waited.compareTo(QUIET_WAIT) >= 0) {
          waiting = true;
          console().note("shoal: waits: " + e.getMessage());
        }
        Thread.sleep(LOOK_AGAIN);
      }
    }
  }

  private NodeCommands nodeNow(Node.Mode mode)
      throws ShoalException, IOException, InterruptedException {
    Optional<NodeCommands> running = environment.nodes().running(common.dataFolder());
    if (running.isPresent()) {
      requireEffect();
      return running.get();
    }
    var configuration = common.configuration(false);
    LogSetup.prepare(common.logLevel.orElse("error"), common.dataFolder());
    try {
      return environment.nodes().start(common.dataFolder(), configuration, mode);
    } catch (FolderInUseException e) {
      throw e;
    } catch (UserFaultException e) {
      notStarted(configuration);
      throw e;
    }
  }

  /// Reports what can be said though no node starts.
  void notStarted(Configuration configuration)
      throws ShoalException, IOException, InterruptedException {}

  /// A node that runs has its configuration. To do without what the user asked for would give
  /// another result than the one that was meant.
  private void requireEffect() throws InvalidInputException {
    List<String> lost = common.ofAnotherNode();
    if (!lost.isEmpty()) {
      throw new InvalidInputException(
          "%s: a node runs on %s, with its own configuration: leave it out, or stop that node first"
              .formatted(String.join(", ", lost), common.dataFolder()));
    }
    List<String> addresses = common.ofAddresses();
    if (!addresses.isEmpty() && !common.quiet) {
      console()
          .note(
              "shoal: %s has no effect: the node that runs on %s listens already"
                  .formatted(String.join(", ", addresses), common.dataFolder()));
    }
  }

  /// The content that a command works on, with names resolved; prints notes on a name.
  Reference content(NodeCommands node, Reference reference, Duration timeout)
      throws ShoalException, IOException, InterruptedException {
    return switch (reference) {
      case Reference.SignedName name -> {
        ResolvedName found = node.resolve(name, timeout);
        printNotes(found);
        yield new Reference.Content(
            Cid.parse(found.root()), found.fileName().or(() -> Optional.of(name.name())));
      }
      case Reference.InFolder inside ->
          new Reference.InFolder(
              content(node, inside.folder(), timeout), inside.path(), inside.name());
      case Reference.Content _, Reference.WholeDigest _ -> reference;
    };
  }

  /// Prints what the user should know of a name.
  void printNotes(ResolvedName found) {
    if (!common.quiet || found.notes().size() > (found.firstContact() ? 1 : 0)) {
      found.notes().forEach(note -> console().note("shoal: " + note));
    }
  }

  /// The kind of node for a command that works on local content: it searches for names alone.
  static Node.Mode modeFor(Reference reference) {
    return reference.needsNames() ? Node.Mode.FETCH_ONLY : Node.Mode.OFFLINE;
  }

  Console console() {
    return environment.console();
  }

  Environment environment() {
    return environment;
  }

  Console.ProgressDisplay progress() {
    return console().progress(!common.quiet && !common.json);
  }
}
