package io.shoal.distribution;

import io.shoal.distribution.command.AddCommand;
import io.shoal.distribution.command.CatCommand;
import io.shoal.distribution.command.CollectCommand;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.FindCommand;
import io.shoal.distribution.command.GetCommand;
import io.shoal.distribution.command.InspectCommand;
import io.shoal.distribution.command.KeyCommand;
import io.shoal.distribution.command.ListCommand;
import io.shoal.distribution.command.PeersCommand;
import io.shoal.distribution.command.PinCommand;
import io.shoal.distribution.command.PluginsCommand;
import io.shoal.distribution.command.PublishCommand;
import io.shoal.distribution.command.ResolveCommand;
import io.shoal.distribution.command.ServeCommand;
import io.shoal.distribution.command.ShareCommand;
import io.shoal.distribution.command.StatCommand;
import io.shoal.distribution.command.StatusCommand;
import io.shoal.distribution.command.StoreCommand;
import io.shoal.distribution.command.UnpinCommand;
import io.shoal.distribution.command.VerifyCommand;
import io.shoal.distribution.demo.DemoCommand;
import io.shoal.distribution.launch.StartupCache;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The commands, in the order in which the help lists them.
enum Subcommand {
  SERVE("serve", "Run a node until SIGINT or SIGTERM; print one line when it is ready."),
  ADD("add", "Import files and folders; print 'ROOT  NAME' for each."),
  GET("get", "Download and verify; print the path of the result."),
  FIND("find", "List the providers of a root: reachable, unreachable or unchecked."),
  LS("ls", "List the roots in this node, or the entries of a folder."),
  STAT("stat", "Show what this node knows of a root; if it has nothing, what others claim."),
  CAT("cat", "Write a file's verified bytes to standard output."),
  PIN("pin", "Pin a root: garbage collection keeps it."),
  UNPIN("unpin", "Remove a pin; the next 'shoal gc' removes chunks that nothing else needs."),
  SHARE("share", "Make a root private (never announced) or public again."),
  GC("gc", "Remove the chunks that no pin and no running work needs."),
  VERIFY("verify", "Read and check every chunk; exit code 4 if one is corrupt or missing."),
  STORE("store", "Copy all chunks of one storage plugin into another."),
  PUBLISH(
      "publish", "Point a signed name at a file or folder; without arguments, list your names."),
  RESOLVE("resolve", "Print the root that a signed name points at now."),
  KEY("key", "Show, export, import or replace the key of your names."),
  STATUS("status", "Show the state of the node and, for everything that waits, the reason."),
  PEERS("peers", "List the peers that the node knows, connected ones first."),
  PLUGINS("plugins", "List all plugins that were found, unusable ones too, with the reason."),
  DHT("dht", "Inspect the DHT: its table, lookups hop by hop, peers of an infohash."),
  INSPECT("inspect", "Ask an active plugin about its inside; without a question, list all."),
  SHELL("shell", "Open a prompt for the same commands; 'exit' or Ctrl-D leaves it."),
  DEMO("demo", "Take a tour: six nodes on this machine share one file."),
  TRAIN("train", "Run most commands once, to make the start-up cache."),
  CACHES(StartupCache.COMMAND, "Make the start-up caches in a folder."),
  HELP_TEXTS("help-texts", "Write the help of all commands into the package.");

  private final String word;
  private final String description;

  Subcommand(String word, String description) {
    this.word = word;
    this.description = description;
  }

  /// The word that the user types.
  String word() {
    return word;
  }

  String description() {
    return description;
  }

  /// Whether the help leaves it out.
  boolean hidden() {
    return this == TRAIN || this == CACHES || this == HELP_TEXTS;
  }

  /// Those that the help lists.
  static List<Subcommand> shown() {
    return Arrays.stream(values()).filter(command -> !command.hidden()).toList();
  }

  /// A new one, to run once.
  Object make(Environment environment) {
    return switch (this) {
      case SERVE -> new ServeCommand(environment);
      case ADD -> new AddCommand(environment);
      case GET -> new GetCommand(environment);
      case FIND -> new FindCommand(environment);
      case LS -> new ListCommand(environment);
      case STAT -> new StatCommand(environment);
      case CAT -> new CatCommand(environment);
      case PIN -> new PinCommand(environment);
      case UNPIN -> new UnpinCommand(environment);
      case SHARE -> new ShareCommand(environment);
      case GC -> new CollectCommand(environment);
      case VERIFY -> new VerifyCommand(environment);
      case STORE -> new StoreCommand(environment);
      case PUBLISH -> new PublishCommand(environment);
      case RESOLVE -> new ResolveCommand(environment);
      case KEY -> new KeyCommand(environment);
      case STATUS -> new StatusCommand(environment);
      case PEERS -> new PeersCommand(environment);
      case PLUGINS -> new PluginsCommand(environment);
      case DHT, INSPECT -> new InspectCommand(environment);
      case SHELL -> new ShellCommand(environment);
      case DEMO -> new DemoCommand(environment);
      case TRAIN -> new TrainCommand(environment);
      case CACHES -> new CachesCommand(environment);
      case HELP_TEXTS -> new HelpTextsCommand(environment);
    };
  }

  /// The one that is called by a word.
  static Optional<Subcommand> of(String word) {
    return Arrays.stream(values()).filter(command -> command.word.equals(word)).findFirst();
  }
}
