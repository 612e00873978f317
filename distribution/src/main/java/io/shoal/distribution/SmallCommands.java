package io.shoal.distribution;

import io.shoal.api.ShoalException;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.RemoteNode.Report;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// Answers what needs no library: the version, help, and what a node that runs has to report.
/// Loading the library of the command line takes several times longer than all the rest of such a
/// command. Whatever has an option more than the plainest is left to [Program], as is every error
/// in the arguments.
final class SmallCommands {

  /// Runs the command lines after it, each as one argument, so that a start-up cache of small
  /// commands alone is made of this run.
  static final String TRAINING = "train-small";

  private SmallCommands() {}

  /// @return the exit code; empty if [Program] must answer
  static OptionalInt run(String[] args) {
    if (args.length > 1 && args[0].equals(TRAINING)) {
      OptionalInt last = OptionalInt.empty();
      for (int i = 1; i < args.length; i++) {
        last = answer(args[i].split(" "));
      }
      return last;
    }
    return answer(args);
  }

  private static OptionalInt answer(String[] args) {
    String last = args.length == 0 ? "" : args[args.length - 1];
    if (args.length == 1 && (last.equals("--version") || last.equals("-V"))) {
      System.out.println("shoal " + Version.TEXT);
      return OptionalInt.of(ExitCode.DONE);
    }
    if (args.length <= 2 && (last.equals("--help") || last.equals("-h"))) {
      boolean printed =
          args.length == 1
              ? HelpTexts.printProgram(System.out)
              : HelpTexts.print(args[0], System.out);
      return printed ? OptionalInt.of(ExitCode.DONE) : OptionalInt.empty();
    }
    Optional<Report> report = args.length == 0 ? Optional.empty() : report(args[0]);
    return report.isEmpty() ? OptionalInt.empty() : report(report.get(), args);
  }

  private static Optional<Report> report(String command) {
    return switch (command) {
      case "status" -> Optional.of(Report.STATUS);
      case "peers" -> Optional.of(Report.PEERS);
      case "plugins" -> Optional.of(Report.PLUGINS);
      case "ls" -> Optional.of(Report.ROOTS);
      default -> Optional.empty();
    };
  }

  private static OptionalInt report(Report report, String[] args) {
    var options = new CommonOptions();
    if (!read(args, options)) {
      return OptionalInt.empty();
    }
    var console =
        new Console(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Boolean.getBoolean("shoal.terminal"));
    try {
      Optional<RemoteNode> node = RemoteNode.of(options.dataFolder());
      if (node.isEmpty()) {
        return OptionalInt.empty();
      }
      if (options.json) {
        node.get().json(report).forEach(console::result);
        return OptionalInt.of(ExitCode.DONE);
      }
      NodeCommand command =
          command(report, new Environment(console, new LocalNodes(), Path.of("")));
      command.common = options;
      return OptionalInt.of(command.run(node.get()));
    } catch (ShoalException | IOException | InterruptedException e) {
      console.note(ErrorLine.of(e));
      return OptionalInt.of(ExitCode.of(e));
    }
  }

  private static NodeCommand command(Report report, Environment environment) {
    return switch (report) {
      case STATUS -> new StatusCommand(environment);
      case PEERS -> new PeersCommand(environment);
      case PLUGINS -> new PluginsCommand(environment);
      case ROOTS -> new ListCommand(environment);
    };
  }

  /// Whether the arguments after the command are plain options, which are then set.
  private static boolean read(String[] args, CommonOptions options) {
    for (int i = 1; i < args.length; i++) {
      String word = args[i];
      if (word.startsWith("--data=")) {
        options.data = Optional.of(Path.of(word.substring("--data=".length())));
      } else if (word.equals("--data") && i + 1 < args.length && !args[i + 1].startsWith("-")) {
        i++;
        options.data = Optional.of(Path.of(args[i]));
      } else if (word.equals("--json")) {
        options.json = true;
      } else if (word.equals("--quiet") || word.equals("-q")) {
        options.quiet = true;
      } else {
        return false;
      }
    }
    return true;
  }
}
