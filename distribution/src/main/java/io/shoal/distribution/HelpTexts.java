package io.shoal.distribution;

import io.shoal.distribution.launch.PackageFolder;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The help of each command as a file of the package, written by [HelpTextsCommand] when the
/// package is made: printing a file takes a fraction of the time in which help is put together.
final class HelpTexts {

  private static final String PROGRAM = "shoal";

  private static final String FOLDER = "lib/help";

  private HelpTexts() {}

  /// Prints the help of the program itself.
  ///
  /// @return whether there is such a text
  static boolean printProgram(PrintStream out) {
    return printText(PROGRAM, out);
  }

  /// Prints the help of what a user typed as a command.
  ///
  /// @return whether there is such a text
  static boolean print(String command, PrintStream out) {
    // Anything else could name a file elsewhere.
    boolean name = command.chars().allMatch(c -> c >= 'a' && c <= 'z');
    return name && !command.equals(PROGRAM) && printText(command, out);
  }

  private static boolean printText(String name, PrintStream out) {
    Optional<Path> folder = PackageFolder.find();
    if (folder.isEmpty()) {
      return false;
    }
    try (var text = new FileInputStream(file(folder.get(), name).toString())) {
      text.transferTo(out);
      out.flush();
      return true;
    } catch (FileNotFoundException e) {
      return false; // no such command: the command line has something to say about it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(Path packageFolder, String command) {
    return packageFolder.resolve(FOLDER).resolve(command + ".txt");
  }

  /// Writes the help of all commands into a package.
  static void write(Program program, Path packageFolder) throws IOException {
    Files.createDirectories(packageFolder.resolve(FOLDER));
    Files.writeString(file(packageFolder, PROGRAM), program.help());
    for (Subcommand command : Subcommand.shown()) {
      Files.writeString(file(packageFolder, command.word()), program.help(command));
    }
  }
}
