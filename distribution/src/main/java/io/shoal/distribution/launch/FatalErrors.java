package io.shoal.distribution.launch;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/// Ends the process when an `Error` killed one of its threads. Without that thread a node would
/// look alive and answer nobody; its supervisor restarts one that ended.
///
/// The main thread is interrupted, so that the node is closed as by a signal. If even that fails,
/// for want of memory, the process is halted.
public final class FatalErrors implements Thread.UncaughtExceptionHandler {

  /// Within it a node closes, if it still can.
  private static final Duration MAX_ENDING = Duration.ofSeconds(10);

  /// Until better words are made, which may fail for want of memory.
  private static final Optional<String> NO_WORDS =
      Optional.of(
          "shoal: out of memory: start it again with more, such as SHOAL_JVM_OPTIONS=-Xmx1g");

  private final Thread main;
  private final AtomicReference<Optional<String>> first = new AtomicReference<>(Optional.empty());
  private final CountDownLatch came = new CountDownLatch(1);

  FatalErrors(Thread main) {
    this.main = main;
  }

  /// Watches all threads of this process from now on.
  ///
  /// @param main the thread that runs the command
  /// @param lastLine prints the line for the user
  /// @param exitCode of a process that must be halted
  public static FatalErrors watch(Thread main, Consumer<String> lastLine, int exitCode) {
    var errors = new FatalErrors(main);
    Thread.setDefaultUncaughtExceptionHandler(errors);
    // Started now, since a process without memory starts no thread.
    Thread.ofPlatform()
        .daemon()
        .name("fatal-errors")
        .start(() -> errors.endOr(MAX_ENDING, lastLine, () -> Runtime.getRuntime().halt(exitCode)));
    return errors;
  }

  /// What killed a thread first, in one line for the user.
  public Optional<String> first() {
    return first.get();
  }

  @Override
  public void uncaughtException(Thread thread, Throwable failure) {
    if (failure instanceof Error error && first.compareAndSet(Optional.empty(), NO_WORDS)) {
      try {
        first.set(Optional.of(line(thread.getName(), error)));
      } finally {
        main.interrupt();
        came.countDown();
      }
    }
    LoggerFactory.getLogger(FatalErrors.class)
        .error("the thread {} ended with {}: this is a bug", thread.getName(), failure, failure);
  }

  private static String line(String thread, Error error) {
    String cure =
        error instanceof OutOfMemoryError
            ? "start it again with more memory, such as SHOAL_JVM_OPTIONS=-Xmx1g"
            : "start it again; the debug log in the data folder's logs/ has the details";
    return "shoal: ended, since its thread %s failed (%s): %s"
        .formatted(thread, String.valueOf(error).replaceAll("\\s*\\R\\s*", " "), cure);
  }

  /// Waits for an error, then for the end of the main thread.
  void endOr(Duration most, Consumer<String> lastLine, Runnable halt) {
    try {
      came.await();
      // A main thread that ends well ends the process with it.
      main.join(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      first().ifPresent(lastLine);
    } finally {
      halt.run();
    }
  }
}
