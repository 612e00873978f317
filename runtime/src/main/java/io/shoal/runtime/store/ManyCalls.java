package io.shoal.runtime.store;

import io.shoal.api.ChunkStore;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Makes one call of a store for each of many items: one after the other, or many at once where
/// each waits for a network.
public final class ManyCalls<T, E extends ShoalException> {
  /// How many at once: a service far away answers so many in the time of one, and a chunk for each
  /// fits into the heap.
  private static final int AT_ONCE = 64;

  /// The call for one item.
  @FunctionalInterface
  public interface Call<T, E extends ShoalException> {
    void make(T item) throws IOException, E;
  }

  // Guarded by itself.
  private final Iterator<T> left;
  private final Call<T, E> call;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private ManyCalls(Iterator<T> left, Call<T, E> call) {
    this.left = left;
    this.call = call;
  }

  /// Returns when all calls have ended. After the first failure no further one begins.
  ///
  /// @param items taken one by one, so that they need not all be in memory
  /// @param call made from several threads at once if the store is remote
  /// @throws InterruptedIOException interrupted, with the flag set; no call goes on
  public static <T, E extends ShoalException> void make(
      ChunkStore store, Iterator<T> items, Call<T, E> call) throws IOException, E {
    if (store.traits().contains(ChunkStore.Trait.REMOTE)) {
      new ManyCalls<>(items, call).make();
    } else {
      while (items.hasNext()) {
        call.make(items.next());
      }
    }
  }

  @SuppressWarnings("unchecked") // the call throws no other ShoalException than E
  private void make() throws IOException, E {
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < AT_ONCE; i++) {
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
      case ShoalException e -> throw (E) e;
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
    } catch (IOException | ShoalException | RuntimeException | Error e) {
      failures.add(e);
    }
  }
}
