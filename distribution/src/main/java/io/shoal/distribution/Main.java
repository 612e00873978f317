package io.shoal.distribution;

/// The start of the program. Answers what needs no library at once: loading the command line's
/// takes longer than all the rest of a small command.
final class Main {

  private Main() {}

  public static void main(String[] args) {
    if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
      System.out.println("shoal " + Version.TEXT);
      return;
    }
    // The status is the exit's: threads of a node that stops may still run.
    System.exit(Program.run(args));
  }
}
