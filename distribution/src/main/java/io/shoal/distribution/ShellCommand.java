package io.shoal.distribution;

import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.EndSignals;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jline.builtins.Completers.FileNameCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.SyntaxError;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.StyleResolver;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    versionProvider = Version.Line.class,
    sortOptions = false,
    abbreviateSynopsis = true)
final class ShellCommand implements Callable<Integer> {

  /// Commands that make no sense inside: another shell, and a node that would hold the prompt.
  private static final List<String> NOT_INSIDE = List.of("shell", "serve", "demo");

  private static final List<String> HELP = List.of("help", "?");

  @Mixin CommonOptions common = new CommonOptions();

  private final Environment environment;

  ShellCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    // Only a user needs a prompt: in the results of a script it is none of them.
    return Boolean.getBoolean("shoal.typed") ? converse() : runScript();
  }

  /// @return the code of the last command, as shells have it
  private int runScript() throws IOException {
    var script = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int code = ExitCode.DONE;
    while (!over()) {
      String line = script.readLine();
      if (line == null || isEnd(line)) {
        return code;
      }
      code = run(line, environment).orElse(code);
    }
    return code;
  }

  /// Whether no further command can be of use.
  private boolean over() {
    return environment.interrupted().getAsBoolean() || environment.console().lostResults();
  }

  private int converse() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      var running = new AtomicReference<>(new EndSignals());
      terminal.handle(Terminal.Signal.INT, _ -> running.get().add("INT"));
      CommandLine commands = new Program(environment).commandLine(List.of(Subcommand.values()));
      var builder =
          LineReaderBuilder.builder()
              .appName("shoal")
              .terminal(terminal)
              .completer(new CommandCompleter(commands.getCommandSpec(), environment.folder()))
              .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
      Path data = common.dataFolder();
      if (!Node.isWithoutData(data)) {
        builder.variable(LineReader.HISTORY_FILE, data.resolve("shell-history"));
      }
      LineReader reader = builder.build();
      while (!over()) {
        try {
          String line = reader.readLine("shoal> ");
          if (isEnd(line)) {
            return ExitCode.DONE;
          }
          var signals = new EndSignals();
          running.set(signals);
          runInterruptibly(line, signals);
        } catch (UserInterruptException e) {
          environment.console().note("type 'exit' or Ctrl-D to leave");
        } catch (EndOfFileException e) {
          return ExitCode.DONE;
        }
      }
      return ExitCode.DONE;
    }
  }

  private static boolean isEnd(String line) {
    return line.strip().equals("exit") || line.strip().equals("quit");
  }

  /// Ctrl-C ends the command, and the prompt comes back.
  private void runInterruptibly(String line, EndSignals signals) {
    var itsEnvironment =
        new Environment(
            environment.console(),
            environment.nodes(),
            environment.folder(),
            () -> !signals.isEmpty() || environment.interrupted().getAsBoolean());
    signals.begin();
    try {
      run(line, itsEnvironment);
    } finally {
      signals.end();
    }
  }

  /// @return the exit code; empty if there is no command on the line
  private OptionalInt run(String line, Environment itsEnvironment) {
    List<String> words;
    try {
      words =
          new ArrayList<>(new DefaultParser().parse(line.strip(), line.strip().length()).words());
    } catch (SyntaxError e) {
      environment.console().note("shoal: " + e.getMessage() + ": close the quotes");
      return OptionalInt.of(ExitCode.USAGE);
    }
    if (words.stream().allMatch(String::isEmpty)) {
      return OptionalInt.empty();
    }
    String command = words.getFirst();
    if (NOT_INSIDE.contains(command)) {
      environment
          .console()
          .note(
              "shoal: '"
                  + command
                  + "' does not work inside the shell: type it in a terminal of its own");
      return OptionalInt.of(ExitCode.USAGE);
    }
    if (HELP.contains(command)) {
      words.removeFirst();
      words.add("--help");
    } else {
      words.addAll(1, common.words(words));
    }
    // A command line remembers what it parsed: each line gets a new one.
    return OptionalInt.of(new Program(itsEnvironment).execute(words.toArray(String[]::new)));
  }

  /// Completes commands, options, and paths for the rest.
  private static final class CommandCompleter implements Completer {
    private final CommandSpec root;
    private final Completer files;

    CommandCompleter(CommandSpec root, Path folder) {
      this.root = root;
      this.files = new UsersFiles(folder);
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
      if (line.wordIndex() == 0) {
        root.subcommands().keySet().stream()
            .filter(name -> !NOT_INSIDE.contains(name))
            .forEach(name -> candidates.add(new Candidate(name)));
        candidates.add(new Candidate("exit"));
        candidates.add(new Candidate("help"));
        return;
      }
      CommandLine command = root.subcommands().get(line.words().getFirst());
      if (command != null && line.word().startsWith("-")) {
        command
            .getCommandSpec()
            .optionsMap()
            .keySet()
            .forEach(name -> candidates.add(new Candidate(name)));
      } else {
        files.complete(reader, line, candidates);
      }
    }
  }

  /// Completes paths from where the user is, which is not this process's folder.
  private static final class UsersFiles extends FileNameCompleter {
    private final Path folder;

    UsersFiles(Path folder) {
      this.folder = folder;
    }

    @Override
    protected Path getUserDir() {
      return folder;
    }

    @Override
    protected String getDisplay(
        Terminal terminal, Path path, StyleResolver resolver, String separator) {
      return Console.printable(super.getDisplay(terminal, path, resolver, separator));
    }
  }
}
