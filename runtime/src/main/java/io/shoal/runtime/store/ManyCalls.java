package io.shoal.runtime.store;

import io.shoal.api.ChunkStore;
import io.shoal.api.RetryableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Makes one call of a store for each of many items: one after the other, or many at once where
/// each waits for a network.
final class ManyCalls<T> {
  /// How many at once: a service far away answers so many in the time of one, and a chunk for each
  /// fits into the heap.
  private static final int AT_ONCE = 64;

  /// The call for one item.
  @FunctionalInterface
  interface Call<T> {
    void make(T item) throws IOException, RetryableException;
  }

  // Guarded by itself.
  private final Iterator<T> left;
  private final Call<T> call;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private ManyCalls(Iterator<T> left, Call<T> call) {
    this.left = left;
    this.call = call;
  }

  /// Returns when all calls have ended. After the first failure no further one begins.
  ///
  /// @param call made from several threads at once if the store is remote
  /// @throws InterruptedIOException interrupted, with the flag set; no call goes on
  static <T> void make(ChunkStore store, Collection<T> items, Call<T> call)
      throws IOException, RetryableException {
    if (items.size() > 1 && store.traits().contains(ChunkStore.Trait.REMOTE)) {
      new ManyCalls<>(items.iterator(), call).make(Math.min(AT_ONCE, items.size()));
    } else {
      for (T item : items) {
        call.make(item);
      }
    }
  }

  private void make(int threads) throws IOException, RetryableException {
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < threads; i++) {
        workers.execute(this::workOff);
      }
    }
    Throwable failure = failures.peek();
    switch (failure) {
      case null -> {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted");
        }
      }
      case IOException e -> throw e;
      case RetryableException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError("a call throws nothing else", failure);
    }
  }

  private void workOff() {
    try {
      while (failures.isEmpty() && !Thread.currentThread().isInterrupted()) {
        T item;
        synchronized (left) {
          if (!left.hasNext()) {
            return;
          }
          item = left.next();
        }
        call.make(item);
      }
    } catch (IOException | RetryableException | RuntimeException | Error e) {
      failures.add(e);
    }
  }
}
