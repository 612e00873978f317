package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.StoreFullException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls into one plugin that run now. Thread-safe.
///
/// An exception that the contract allows passes as it is. Any other, a class that is missing and a
/// null where none may be become a [PluginFailedException], or what the caller handles anyway; the
/// stack trace goes to the debug log. An error of the Java machine itself, such as a full heap, is
/// no fault of the plugin and passes.
final class PluginCalls {
  private static final Logger LOG = LoggerFactory.getLogger(PluginCalls.class);

  /// How often a call of a store is made again that may go well later, and the first pause; each
  /// further one is twice as long. Together they bridge three seconds: what lasts longer is for the
  /// command or the download to wait for.
  private static final int MAX_RETRIES = 6;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /// [#close] waits a second for calls that were interrupted: so long the contract gives them.
  private static final int MAX_LOOKS = 200;

  private static final long LOOK_NANOS = 5_000_000;

  /// A call and the two families of exceptions that its contract allows.
  @FunctionalInterface
  interface Call<T, X extends Exception, Y extends Exception> {
    T call() throws X, Y;
  }

  /// A call without a result.
  @FunctionalInterface
  interface Command<X extends Exception, Y extends Exception> {
    void run() throws X, Y;

    default Call<Boolean, X, Y> asCall() {
      return () -> {
        run();
        return true;
      };
    }
  }

  /// A call of a store took longer than its deadline.
  private static final class StoreOverdueException extends RetryableException {
    private static final long serialVersionUID = 1;

    StoreOverdueException(PluginFailedException.Overdue cause) {
      super(cause.getMessage(), cause);
    }
  }

  private final String pluginId;
  private final CallDeadlines deadlines;
  private final Set<RunningCall> running = ConcurrentHashMap.newKeySet();
  private final Set<String> warned = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  PluginCalls(String pluginId, CallDeadlines deadlines) {
    this.pluginId = pluginId;
    this.deadlines = deadlines;
  }

  String pluginId() {
    return pluginId;
  }

  /// Makes a call that may block.
  ///
  /// @param limit how long it may take; it is interrupted then
  /// @throws PluginFailedException it failed against its contract, was overdue or came too late
  <T, X extends Exception, Y extends Exception> T run(
      String method, CallLimit limit, Call<T, X, Y> call) throws X, Y {
    RunningCall here = begin(method, limit);
    try {
      return present(method, call.call());
    } catch (RuntimeException | LinkageError e) {
      throw here.overdue() ? overdue(method, limit, e) : failed(method, e);
    } catch (Exception e) {
      if (here.overdue()) {
        throw overdue(method, limit, e);
      }
      throw e;
    } finally {
      end(here);
    }
  }

  /// A call that neither blocks nor fails. One that is made often, or after the end, since it is
  /// not counted.
  ///
  /// @throws PluginFailedException it failed
  <T> T plain(String method, Call<T, RuntimeException, RuntimeException> call) {
    return direct(method, call);
  }

  /// The same for one without a result.
  void plainly(String method, Command<RuntimeException, RuntimeException> command) {
    var _ = direct(method, command.asCall());
  }

  /// A call that is not counted, because it is made for every few bytes.
  ///
  /// @throws PluginFailedException it failed against its contract
  <T, X extends Exception, Y extends Exception> T direct(String method, Call<T, X, Y> call)
      throws X, Y {
    try {
      return present(method, call.call());
    } catch (RuntimeException | LinkageError e) {
      throw failed(method, e);
    }
  }

  /// As [#plain], for a call whose failure the node can do without: it is logged.
  ///
  /// @param otherwise the result in place of a failed one
  <T> T orElse(String method, T otherwise, Call<T, RuntimeException, RuntimeException> call) {
    try {
      return plain(method, call);
    } catch (PluginFailedException e) {
      warn(method, e);
      return otherwise;
    }
  }

  /// A call that asks other parties, for a caller that handles expected errors.
  <T> T ask(String method, CallLimit limit, Call<T, ShoalException, InterruptedException> call)
      throws ShoalException, InterruptedException {
    try {
      return run(method, limit, call);
    } catch (PluginFailedException e) {
      throw e.expected();
    }
  }

  /// A call of a store that may wait for a network: within the deadline, and again if it may go
  /// well later.
  <T> T store(String method, Call<T, IOException, RetryableException> call)
      throws IOException, RetryableException {
    long pauseNanos = FIRST_PAUSE.toNanos();
    for (int retry = 0; ; retry++) {
      try {
        return once(method, CallLimit.ONE_EXCHANGE, call);
      } catch (StoreFullException | ChunkChangedException | StoreOverdueException e) {
        throw e; // what they ask for takes longer, and more than another try
      } catch (RetryableException e) {
        if (retry == MAX_RETRIES || closed || !pause(pauseNanos)) {
          throw e;
        }
        LOG.debug("plugin {}: {} is tried again: {}", pluginId, method, e.getMessage());
      }
      pauseNanos *= 2;
    }
  }

  /// A call of a store that may take as long as there is work for.
  void longStore(String method, Command<IOException, RetryableException> command)
      throws IOException, RetryableException {
    var _ = once(method, CallLimit.NONE, command.asCall());
  }

  private <T> T once(String method, CallLimit limit, Call<T, IOException, RetryableException> call)
      throws IOException, RetryableException {
    try {
      return run(method, limit, call);
    } catch (PluginFailedException.Overdue e) {
      throw new StoreOverdueException(e);
    } catch (PluginFailedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// A call about a user's file.
  <T, X extends Exception> T file(String method, Call<T, IOException, X> call)
      throws IOException, X {
    try {
      return run(method, CallLimit.NONE, call);
    } catch (PluginFailedException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// A call about a user's file that has no result.
  <X extends Exception> void onFile(String method, Command<IOException, X> command)
      throws IOException, X {
    var _ = file(method, command.asCall());
  }

  /// @return false if interrupted; the flag is set again
  private static boolean pause(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private <T> T present(String method, T result) {
    if (result == null) {
      throw new PluginFailedException(
          "plugin %s returned null from %s: report it to its author".formatted(pluginId, method));
    }
    return result;
  }

  private PluginFailedException failed(String method, Throwable thrown) {
    if (thrown instanceof PluginFailedException known) {
      return known;
    }
    LOG.debug("plugin {} failed in {}", pluginId, method, thrown);
    return new PluginFailedException(
        "plugin %s failed in %s (%s): report it to its author; the debug log has the details"
            .formatted(pluginId, method, thrown.toString().replaceAll("\\s*\\R\\s*", " ")),
        thrown);
  }

  private PluginFailedException overdue(String method, CallLimit limit, Throwable cause) {
    return new PluginFailedException.Overdue(
        "plugin %s did not end %s within %d s: it was interrupted; see what its service or disk is waiting for"
            .formatted(pluginId, method, limit.duration().toSeconds()),
        cause);
  }

  /// Logs a failure that no command tells, the first of each method for the user.
  void warn(String method, PluginFailedException failure) {
    if (failure instanceof PluginFailedException.Stopped || !warned.add(method)) {
      LOG.debug("{}", failure.getMessage());
    } else {
      LOG.warn("{}", failure.getMessage());
    }
  }

  private RunningCall begin(String method, CallLimit limit) {
    RunningCall call = new RunningCall(Thread.currentThread());
    running.add(call);
    if (closed) {
      running.remove(call);
      throw new PluginFailedException.Stopped(
          "plugin %s is stopped: %s is not called any more".formatted(pluginId, method));
    }
    if (limit != CallLimit.NONE) {
      deadlines.watch(call, limit);
    }
    return call;
  }

  private void end(RunningCall call) {
    call.end();
    deadlines.forget(call);
    running.remove(call);
  }

  boolean isClosed() {
    return closed;
  }

  /// Lets no further call through, and waits a moment for those that run, which are interrupted.
  void close() {
    closed = true;
    running.forEach(RunningCall::interrupt);
    for (int looks = 0; looks < MAX_LOOKS && !running.isEmpty() && pause(LOOK_NANOS); looks++) {
      // They end by themselves.
    }
  }
}
