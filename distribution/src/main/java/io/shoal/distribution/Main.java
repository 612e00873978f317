package io.shoal.distribution;

import java.util.OptionalInt;

/// The start of the program.
final class Main {

  private Main() {}

  public static void main(String[] args) {
    OptionalInt code = SmallCommands.run(args);
    // The status is the exit's: threads of a node that stops may still run.
    System.exit(code.isPresent() ? code.getAsInt() : Program.run(args));
  }
}
