package io.shoal.distribution;

import io.shoal.api.InvalidInputException;
import io.shoal.api.ShoalException;
import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.NodeCommand;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ErrorLine;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.RemoteNode;
import io.shoal.runtime.command.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// Answers what needs no library: the version, help, and reports of a running node. Loading the
/// library of the command line takes several times longer than all the rest of such a command. A
/// command line with any other option is left to [Program], as is every error in the arguments.
final class SmallCommands {

  /// Runs the command lines after it, each as one argument, so that a start-up cache of small
  /// commands alone is made of this run.
  static final String TRAINING = "train-small";

  private final Environment environment;

  SmallCommands(Environment environment) {
    this.environment = environment;
  }

  /// @return the exit code; empty if [Program] must answer
  OptionalInt run(String[] args) {
    OptionalInt code = args.length > 1 && args[0].equals(TRAINING) ? train(args) : answer(args);
    return code.isPresent() ? OptionalInt.of(console().end(code.getAsInt())) : code;
  }

  private OptionalInt train(String[] args) {
    for (int i = 1; i < args.length; i++) {
      if (answer(args[i].split(" ")).isEmpty()) {
        console().note("shoal: '" + args[i] + "' is no small command");
        return OptionalInt.of(ExitCode.FAILED);
      }
    }
    return OptionalInt.of(ExitCode.DONE);
  }

  private OptionalInt answer(String[] typed) {
    String[] args = CommandWords.arranged(typed);
    String last = args.length == 0 ? "" : args[args.length - 1];
    if (args.length == 1 && (last.equals("--version") || last.equals("-V"))) {
      console().out().println("shoal " + Version.TEXT);
      return OptionalInt.of(ExitCode.DONE);
    }
    if (args.length <= 2 && (last.equals("--help") || last.equals("-h"))) {
      boolean printed =
          args.length == 1
              ? HelpTexts.printProgram(console().out())
              : HelpTexts.print(args[0], console().out());
      return printed ? OptionalInt.of(ExitCode.DONE) : OptionalInt.empty();
    }
    return args.length == 0 ? OptionalInt.empty() : askNode(args);
  }

  private OptionalInt askNode(String[] args) {
    Optional<Object> made = Subcommand.of(args[0]).map(command -> command.make(environment));
    if (made.isEmpty() || !(made.get() instanceof NodeCommand command) || !read(args, command)) {
      return OptionalInt.empty();
    }
    try {
      Optional<RemoteNode> node = RemoteNode.of(command.common.dataFolder());
      return node.isEmpty() ? OptionalInt.empty() : OptionalInt.of(command.run(node.get()));
    } catch (ShoalException | IOException | InterruptedException | RuntimeException | Error e) {
      boolean json = command.common.json;
      if (environment.interrupted().getAsBoolean()) {
        console().failure(ErrorLine.INTERRUPTED, ExitCode.INTERRUPTED, json);
        return OptionalInt.of(ExitCode.INTERRUPTED);
      }
      if (!console().lostResults()) {
        console().failure(ErrorLine.of(e), ExitCode.of(e), json);
      }
      return OptionalInt.of(ExitCode.of(e));
    }
  }

  private Console console() {
    return environment.console();
  }

  /// Whether the arguments after the command's name are a reference where it wants one, and plain
  /// options. The command then has them.
  private static boolean read(String[] args, NodeCommand command) {
    Optional<Reference> reference = Optional.empty();
    CommonOptions options = command.common;
    for (int i = 1; i < args.length; i++) {
      String word = args[i];
      if (word.startsWith("--data=") && word.length() > "--data=".length()) {
        options.data = Optional.of(Path.of(word.substring("--data=".length())));
      } else if (word.equals("--data") && i + 1 < args.length && !args[i + 1].matches("-.*|")) {
        i++;
        options.data = Optional.of(Path.of(args[i]));
      } else if (word.equals("--json")) {
        options.json = true;
      } else if (word.equals("--quiet") || word.equals("-q")) {
        options.quiet = true;
      } else if (!word.startsWith("-") && reference.isEmpty()) {
        reference = reference(word);
        if (reference.isEmpty()) {
          return false;
        }
      } else {
        return false;
      }
    }
    return command.take(reference);
  }

  private static Optional<Reference> reference(String word) {
    try {
      return Optional.of(Reference.parse(word));
    } catch (InvalidInputException e) {
      return Optional.empty(); // the command line finds the same fault and reports it
    }
  }
}
