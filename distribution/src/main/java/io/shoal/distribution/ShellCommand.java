package io.shoal.distribution;

import io.shoal.distribution.command.CommonOptions;
import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.console.ExitCode;
import io.shoal.distribution.launch.Version;
import io.shoal.runtime.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.builtins.Completers.FileNameCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
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

  @Mixin CommonOptions common = new CommonOptions();

  private final Environment environment;

  ShellCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
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
      Parser parser = new DefaultParser();
      while (true) {
        try {
          String line = reader.readLine("shoal> ").strip();
          if (line.equals("exit") || line.equals("quit")) {
            return ExitCode.DONE;
          }
          run(parser, line);
        } catch (UserInterruptException e) {
          environment.console().note("type 'exit' or Ctrl-D to leave");
        } catch (EndOfFileException e) {
          return ExitCode.DONE;
        }
      }
    }
  }

  private void run(Parser parser, String line) {
    try {
      List<String> words = new ArrayList<>(parser.parse(line, line.length()).words());
      words.removeIf(String::isEmpty);
      if (words.isEmpty()) {
        return;
      }
      if (NOT_INSIDE.contains(words.getFirst())) {
        environment
            .console()
            .note(
                "shoal: '"
                    + words.getFirst()
                    + "' does not work inside the shell: type it in a terminal of its own");
        return;
      }
      if (words.getFirst().equals("help")) {
        words.set(0, "--help");
      } else if (!words.contains("--data")) {
        words.add(1, "--data=" + common.dataFolder());
      }
      // A command line remembers what it parsed: each line gets a new one.
      new Program(environment).execute(words.toArray(String[]::new));
    } catch (SyntaxError e) {
      environment.console().note("shoal: " + e.getMessage() + ": close the quotes");
    }
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
