package io.shoal.storage.rocksdb;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lets calls in while the database is open, and its end wait for those inside: a native call on a
/// database that is closed would end the whole process.
final class CallGate {
  private static final long CLOSED = 1L << 62;

  private static final long LOOK_AGAIN_NANOS = 10_000_000;

  /// How many calls are inside, and [#CLOSED] once no more are let in.
  private final AtomicLong state = new AtomicLong();

  private final Pass pass = this::leave;
  private volatile @Nullable Thread closer;

  /// The right to use the database.
  @FunctionalInterface
  interface Pass extends AutoCloseable {
    @Override
    void close();
  }

  /// @throws IllegalStateException the store is closed
  Pass enter() {
    if (state.incrementAndGet() > CLOSED) {
      leave();
      throw new IllegalStateException("the store is closed");
    }
    return pass;
  }

  private void leave() {
    if (state.decrementAndGet() == CLOSED) {
      LockSupport.unpark(closer);
    }
  }

  boolean isClosed() {
    return state.get() >= CLOSED;
  }

  void requireOpen() {
    if (isClosed()) {
      throw new IllegalStateException("the store is closed");
    }
  }

  /// Lets no more calls in. Called once.
  void shut() {
    state.addAndGet(CLOSED);
  }

  /// Waits for the calls inside, after [#shut].
  ///
  /// @return false if some are inside still
  boolean awaitEmpty(Duration patience) {
    closer = Thread.currentThread();
    long end = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    while (state.get() != CLOSED && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return state.get() == CLOSED;
  }
}
