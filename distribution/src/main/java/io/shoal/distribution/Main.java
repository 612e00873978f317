package io.shoal.distribution;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;

/// The start of the program, and its end by a signal.
final class Main {

  /// How long a signal waits for a command to stop cleanly.
  private static final Duration MAX_ENDING = Duration.ofSeconds(10);

  private Main() {}

  public static void main(String[] args) {
    // Some languages have digits of their own, which neither programs nor other nodes can read.
    Locale.setDefault(Locale.ROOT);
    Thread main = Thread.currentThread();
    var ending = new Thread(() -> interruptAndWait(main), "ending");
    Runtime.getRuntime().addShutdownHook(ending);
    OptionalInt small = SmallCommands.run(args);
    int code = small.isPresent() ? small.getAsInt() : Program.run(args);
    if (endsByItself(ending)) {
      // The status is the exit's: threads of a node that stops may still run.
      System.exit(code);
    }
  }

  /// False if a signal is ending the process: it waits for this thread, and exits with its own
  /// code. To exit here as well would wait for the signal in turn.
  private static boolean endsByItself(Thread ending) {
    try {
      return Runtime.getRuntime().removeShutdownHook(ending);
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /// A signal came: the command gets time to stop cleanly, but not forever.
  private static void interruptAndWait(Thread main) {
    main.interrupt();
    try {
      main.join(MAX_ENDING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
