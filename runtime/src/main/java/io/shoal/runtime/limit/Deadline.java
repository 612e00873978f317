package io.shoal.runtime.limit;

import io.shoal.runtime.unit.Units;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls foreign code and does not wait for it forever.
public final class Deadline {

  /// How long code may take to answer an interrupt before it is left behind.
  private static final long GRACE_MILLIS = 1_000;

  private Deadline() {}

  /// The work did not end in time; its thread was interrupted and, if it did not answer that
  /// either, left behind.
  public static final class MissedException extends Exception {
    private static final long serialVersionUID = 1;

    MissedException(Duration limit) {
      super("did not return within " + Units.exactTime(limit));
    }
  }

  /// Runs `work` on a virtual thread of its own.
  ///
  /// @param loader the thread's context class loader: libraries in a plugin look for their own
  ///   parts through it
  /// @throws ExecutionException the work threw its cause
  /// @throws MissedException it took longer than `limit`
  /// @throws InterruptedException this thread was interrupted; the work is too
  public static <T> Optional<T> call(
      String name, Duration limit, ClassLoader loader, Callable<Optional<T>> work)
      throws ExecutionException, MissedException, InterruptedException {
    FutureTask<Optional<T>> task = new FutureTask<>(work);
    Thread thread = Thread.ofVirtual().name(name).unstarted(task);
    thread.setContextClassLoader(loader);
    thread.start();
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      thread.join(Duration.ofMillis(GRACE_MILLIS));
      throw new MissedException(limit);
    } catch (InterruptedException e) {
      thread.interrupt();
      throw e;
    }
  }
}
