package io.shoal.distribution;

import io.shoal.distribution.command.Environment;
import io.shoal.distribution.console.Console;
import io.shoal.distribution.launch.LogSetup;
import io.shoal.distribution.launch.PackageFolder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/// The start of the program, and its end by a signal.
final class Main {

  /// How long a signal waits for a command to stop cleanly.
  private static final Duration MAX_ENDING = Duration.ofSeconds(10);

  private Main() {}

  public static void main(String[] args) {
    // Some languages have digits of their own, which neither programs nor other nodes can read.
    Locale.setDefault(Locale.ROOT);
    Thread main = Thread.currentThread();
    var ended = new AtomicBoolean();
    var ending = new Thread(() -> interruptAndWait(main, ended), "ending");
    Runtime.getRuntime().addShutdownHook(ending);
    var console =
        new Console(
            new FileOutputStream(FileDescriptor.out),
            new FileOutputStream(FileDescriptor.err),
            Boolean.getBoolean("shoal.terminal"));
    // Results alone go to standard output, also where a plugin or a library prints.
    System.setOut(System.err);
    var environment =
        new Environment(console, new LocalNodes(), PackageFolder.current(), ended::get);
    OptionalInt small = new SmallCommands(environment).run(args);
    int code = small.isPresent() ? small.getAsInt() : runProgram(environment, args);
    if (endsByItself(ending)) {
      // The status is the exit's: threads of a node that stops may still run.
      System.exit(code);
    }
  }

  private static int runProgram(Environment environment, String[] args) {
    int code = Program.runWatched(environment, args);
    LogSetup.end();
    return code;
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
  private static void interruptAndWait(Thread main, AtomicBoolean ended) {
    ended.set(true);
    main.interrupt();
    try {
      main.join(MAX_ENDING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
