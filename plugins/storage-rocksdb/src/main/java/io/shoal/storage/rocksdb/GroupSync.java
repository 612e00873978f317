package io.shoal.storage.rocksdb;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Makes changes durable in a thread of its own, once for all callers that wait: a native call that
/// waits for the disk would hold the thread that carries a virtual one.
///
/// After a failure there is no other try: what the disk has of the changes is not known any more.
final class GroupSync implements AutoCloseable {
  /// A call that waits for the disk ends when the disk says so; the end of the store does not wait
  /// for it any longer.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Step step;
  private final Thread thread;
  // Guarded by this.
  private long asked;
  private long done;
  private boolean ended;
  private @Nullable IOException fault;

  /// Makes durable what was changed before it began.
  @FunctionalInterface
  interface Step {
    void run() throws IOException;
  }

  GroupSync(Step step) {
    this.step = step;
    this.thread = Thread.ofPlatform().daemon().name("storage-rocksdb-sync").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /// Waits until what was changed before the call is durable.
  synchronized void sync() throws IOException {
    long mine = ++asked;
    notifyAll();
    while (done < mine) {
      requireWorking();
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("waiting for the disk was interrupted");
      }
    }
  }

  /// @throws IOException a sync failed
  synchronized void requireWorking() throws IOException {
    if (fault != null) {
      throw new IOException(fault.getMessage(), fault);
    }
    if (ended) {
      throw new IllegalStateException("the store is closed");
    }
  }

  private void work() {
    while (true) {
      long upTo = next();
      if (upTo < 0) {
        return;
      }
      @Nullable IOException failed = null;
      try {
        step.run();
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException | Error e) {
        failed = new IOException("making chunks durable failed: restart the node", e);
      }
      finish(upTo, failed);
      if (failed != null) {
        return;
      }
    }
  }

  /// @return -1 at the end
  private synchronized long next() {
    boolean interrupted = false;
    while (asked == done && !ended) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has a reason to: the end is said by `ended`.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return ended ? -1 : asked;
  }

  private synchronized void finish(long upTo, @Nullable IOException failed) {
    if (failed == null) {
      done = upTo;
    } else {
      fault = failed;
    }
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    try {
      thread.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
