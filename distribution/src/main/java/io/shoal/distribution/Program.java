package io.shoal.distribution;

import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.command.input.TypedPath;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ErrorLine;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.FatalErrors;
import io.shoal.distribution.launch.Version;
import io.shoal.distribution.plugins.PluginSubcommand;
import io.shoal.runtime.command.PeerAddresses;
import io.shoal.runtime.command.Reference;
import io.shoal.runtime.unit.Units;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line: its commands, and how their failures are reported.
final class Program {

  private final Environment environment;

  /// Whether an error in another thread interrupted the command, and not the user.
  private final BooleanSupplier dying;

  /// Whether failures are reported as JSON.
  private boolean json;

  Program(Environment environment) {
    this(environment, () -> false);
  }

  private Program(Environment environment, BooleanSupplier dying) {
    this.environment = environment;
    this.dying = dying;
  }

  /// Runs a command line, and holds that its results were written.
  ///
  /// @return the exit code
  int run(String... args) {
    return environment.console().end(execute(args));
  }

  /// Runs the command line of a process, in which an error in any thread ends the command.
  ///
  /// @return the exit code
  static int runWatched(Environment environment, String[] args) {
    Console console = environment.console();
    FatalErrors errors = FatalErrors.watch(Thread.currentThread(), console::note, ExitCode.FAILED);
    int code = new Program(environment, () -> errors.first().isPresent()).run(args);
    errors.first().ifPresent(console::note);
    return errors.first().isPresent() ? ExitCode.FAILED : code;
  }

  int execute(String... typed) {
    String[] args = CommandWords.arranged(typed);
    json = CommandWords.asksForJson(args);
    Optional<Subcommand> wanted = args.length == 0 ? Optional.empty() : Subcommand.of(args[0]);
    if (wanted.isEmpty() && args.length > 1 && !args[0].startsWith("-")) {
      // The library forgives a word that is no command when '--help' follows.
      return execute(args[0]);
    }
    try {
      return commandLine(
              wanted.map(List::of).orElse(List.of()),
              plugin -> args.length > 1 && args[1].equals(plugin.word()))
          .execute(args);
    } catch (Error e) {
      // The library passes on what is no exception.
      return failed(e);
    }
  }

  /// The text of `--help` alone.
  String help() {
    return commandLine(List.of()).getUsageMessage();
  }

  /// The text of `--help` after a command.
  String help(Subcommand command) {
    CommandLine line = commandLine(List.of(command), _ -> false);
    return line.getSubcommands().values().iterator().next().getUsageMessage();
  }

  /// The command line, to run or to ask for its commands and options.
  ///
  /// @param whole the commands that are there with all their options; others have a name and a
  ///   description only, since reading the options of all takes longer than the rest of a small
  ///   command
  CommandLine commandLine(List<Subcommand> whole) {
    return commandLine(whole, _ -> true);
  }

  /// As the other, with as much of the commands of `plugins`.
  private CommandLine commandLine(
      List<Subcommand> whole, Predicate<PluginSubcommand> wholeOfPlugins) {
    var line = new CommandLine(new Root());
    for (Subcommand command : Subcommand.values()) {
      if (whole.isEmpty() || whole.contains(command)) {
        var sub =
            new CommandLine(whole.isEmpty() ? CommandSpec.create() : command.make(environment));
        sub.getCommandSpec()
            .usageMessage()
            .description(command.description())
            .hidden(command.hidden());
        if (command == Subcommand.PLUGINS && whole.contains(command)) {
          PluginSubcommand.addTo(sub, environment, wholeOfPlugins);
          sub.getSubcommands().values().forEach(CommonHelp::shorten);
        }
        if (command != Subcommand.SERVE) {
          CommonHelp.shorten(sub);
        }
        line.addSubcommand(command.word(), sub);
      }
    }
    CommonHelp.describe(line);
    line.registerConverter(Reference.class, text -> converted(() -> Reference.parse(text)));
    line.registerConverter(PeerAddress.class, text -> converted(() -> PeerAddresses.parse(text)));
    Path folder = environment.folder();
    line.registerConverter(Path.class, text -> converted(() -> TypedPath.of(text, folder)));
    line.registerConverter(Duration.class, text -> converted(() -> Units.requireDuration(text)));
    line.setOut(new PrintWriter(environment.console().out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(environment.console().err(), true, StandardCharsets.UTF_8));
    line.setUsageHelpAutoWidth(false);
    // A file may be called @something: it is no list of arguments.
    line.setExpandAtFiles(false);
    // The help of a package is written once, for terminals and files alike.
    line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, _) -> misused(e));
    line.setExecutionExceptionHandler((e, _, _) -> failed(e));
    return line;
  }

  private interface Conversion<T> {
    T convert() throws InvalidInputException;
  }

  private static <T> T converted(Conversion<T> conversion) {
    try {
      return conversion.convert();
    } catch (InvalidInputException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private int misused(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
    List<String> meant =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions().stream().limit(3).toList()
            : List.of();
    String cure =
        meant.isEmpty()
            ? "see '" + command + " --help'"
            : "did you mean '" + String.join("' or '", meant) + "'?";
    return failed("shoal: " + message + ": " + cure, ExitCode.USAGE);
  }

  private int failed(Throwable e) {
    if (dying.getAsBoolean() && e instanceof InterruptedException) {
      return ExitCode.FAILED;
    }
    LoggerFactory.getLogger(Program.class).debug("the command failed", e);
    if (environment.interrupted().getAsBoolean()) {
      return failed(ErrorLine.INTERRUPTED, ExitCode.INTERRUPTED);
    }
    if (environment.console().lostResults()) {
      return ExitCode.FAILED; // the console reports that itself, once
    }
    return failed(ErrorLine.of(e), ExitCode.of(e));
  }

  private int failed(String line, int code) {
    environment.console().failure(line, code, json);
    return code;
  }

  @Command(
      name = "shoal",
      description = "Moves files between peers with no server in the middle.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.Line.class,
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 verification failed, 5 timed out,"
            + " 6 some names cannot be written there, 130 interrupted.",
        "'shoal COMMAND --help' shows the options of a command."
      })
  static final class Root implements Runnable {

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs
    CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "a command is missing");
    }
  }
}
