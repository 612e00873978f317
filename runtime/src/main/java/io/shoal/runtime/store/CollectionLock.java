package io.shoal.runtime.store;

import io.shoal.api.RetryableException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Keeps garbage collection and work that adds content apart: an import counts on chunks that it
/// found, and nothing refers to them before it ends.
public final class CollectionLock {
  private static final int ALL = 1 << 20;
  private static final long PATIENCE_SECONDS = 10;

  private final Semaphore permits = new Semaphore(ALL, true);

  /// Work that adds content goes on until this is closed.
  public Hold enter() throws InterruptedException {
    permits.acquire();
    return () -> permits.release();
  }

  /// Nothing adds content until this is closed.
  ///
  /// @throws RetryableException something adds content now
  public Hold alone() throws RetryableException, InterruptedException {
    if (!permits.tryAcquire(ALL, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new RetryableException("content is being added: collect when that is done");
    }
    return () -> permits.release(ALL);
  }

  /// Whether content is being added or collected now.
  public boolean busy() {
    return permits.availablePermits() < ALL;
  }

  /// Given back by closing, once.
  public interface Hold extends AutoCloseable {
    @Override
    void close();
  }
}
