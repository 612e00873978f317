package io.shoal.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The start of the program. Answers what needs no library at once: loading the command line's
/// takes longer than all the rest of a small command.
final class Main {

  /// What `--help` prints, made with the package.
  private static final Path HELP = Path.of("lib/help.txt");

  private Main() {}

  public static void main(String[] args) {
    String only = args.length == 1 ? args[0] : "";
    if (only.equals("--version") || only.equals("-V")) {
      System.out.println("shoal " + Version.TEXT);
    } else if (!(only.equals("--help") || only.equals("-h")) || !printed(HELP)) {
      // The status is the exit's: threads of a node that stops may still run.
      System.exit(Program.run(args));
    }
  }

  /// The launcher makes the package the current folder; without it the help is made anew.
  private static boolean printed(Path file) {
    if (PackageFolder.find().isEmpty() || !Files.exists(file)) {
      return false;
    }
    try {
      System.out.write(Files.readAllBytes(file));
      System.out.flush();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
