package io.shoal.runtime.plugin.border;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreFullException;
import io.shoal.api.UserFaultException;
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
/// null where none may be become a [PluginFailedException], or an [IOException] where the caller
/// handles a medium that fails; the stack trace goes to the debug log. An error of the Java machine
/// itself, such as a full heap, is nobody's and passes.
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

  /// A call of a store.
  @FunctionalInterface
  interface StoreCall<T> {
    T call() throws IOException, RetryableException;
  }

  /// A call about a user's file.
  @FunctionalInterface
  interface FileCall<T> {
    T call() throws IOException, UserFaultException, ChunkChangedException;
  }

  /// A call that may throw nothing.
  @FunctionalInterface
  interface PlainCall<T> {
    T call();
  }

  /// A call took longer than its deadline.
  private static final class OverdueException extends RetryableException {
    private static final long serialVersionUID = 1;

    OverdueException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final String pluginId;
  private final CallDeadlines deadlines;
  private final Set<RunningCall> running = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  PluginCalls(String pluginId, CallDeadlines deadlines) {
    this.pluginId = pluginId;
    this.deadlines = deadlines;
  }

  /// A call that may wait for a network: within the deadline, and again if it may go well later.
  <T> T store(String method, StoreCall<T> call) throws IOException, RetryableException {
    long pauseNanos = FIRST_PAUSE.toNanos();
    for (int retry = 0; ; retry++) {
      try {
        return once(method, call);
      } catch (StoreFullException | ChunkChangedException | OverdueException e) {
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

  private <T> T once(String method, StoreCall<T> call) throws IOException, RetryableException {
    RunningCall here = begin(method, true);
    try {
      return present(method, call.call());
    } catch (IOException | RetryableException e) {
      if (here.overdue()) {
        throw tooLong(method, e);
      }
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(failure(method, e), e);
    } finally {
      end(here);
    }
  }

  private RetryableException tooLong(String method, Exception cause) {
    return new OverdueException(
        "plugin %s did not end %s within %d s: it was interrupted; see what its service or disk is waiting for"
            .formatted(pluginId, method, deadlines.limit().toSeconds()),
        cause);
  }

  /// A call of a store that may take as long as there is work for.
  <T> T longStore(String method, StoreCall<T> call) throws IOException, RetryableException {
    RunningCall here = begin(method, false);
    try {
      return present(method, call.call());
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(failure(method, e), e);
    } finally {
      end(here);
    }
  }

  /// A call about a user's file.
  <T> T file(String method, FileCall<T> call)
      throws IOException, UserFaultException, ChunkChangedException {
    RunningCall here = begin(method, false);
    try {
      return present(method, call.call());
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(failure(method, e), e);
    } finally {
      end(here);
    }
  }

  /// A call that neither blocks nor fails.
  ///
  /// @throws PluginFailedException it failed
  <T> T plain(String method, PlainCall<T> call) {
    try {
      return present(method, call.call());
    } catch (PluginFailedException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw new PluginFailedException(failure(method, e), e);
    }
  }

  private <T> T present(String method, T result) {
    if (result == null) {
      throw new PluginFailedException(
          "plugin %s returned null from %s: report it to its author".formatted(pluginId, method));
    }
    return result;
  }

  private String failure(String method, Throwable thrown) {
    if (thrown instanceof PluginFailedException known) {
      return String.valueOf(known.getMessage());
    }
    LOG.debug("plugin {} failed in {}", pluginId, method, thrown);
    return "plugin %s failed in %s (%s): report it to its author; the debug log has the details"
        .formatted(pluginId, method, thrown);
  }

  private RunningCall begin(String method, boolean limited) throws IOException {
    RunningCall call = new RunningCall(Thread.currentThread());
    running.add(call);
    if (closed) {
      running.remove(call);
      throw new IOException(
          "plugin %s is stopped: %s is not called any more".formatted(pluginId, method));
    }
    if (limited) {
      deadlines.watch(call);
    }
    return call;
  }

  private void end(RunningCall call) {
    call.end();
    deadlines.forget(call);
    running.remove(call);
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
