package io.shoal.runtime.destination;

import io.shoal.api.ChunkStore;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Turns written leaves into claims, announces them to peers, and makes both durable now and then,
/// on a thread of its own while a download runs. After a crash only what came after the last
/// checkpoint is hashed again. Usable from any thread.
public final class Checkpoints {
  /// Between two batches of claims: soon enough for peers to exchange chunks, and few enough calls
  /// for the store.
  private static final Duration CLAIM_EVERY = Duration.ofMillis(100);

  /// Between two syncs: after a power loss this much is read and hashed again, which takes a
  /// fraction of the time that fetching it took; more syncs would take the disk from the download.
  private static final Duration SYNC_EVERY = Duration.ofSeconds(10);

  private record Written(int position, int sizeBytes) {}

  private final ChunkStore store;
  private final LongSupplier nanoTime;
  private final Consumer<int[]> gained;
  private final Optional<Adoption> adoption;
  private final ConcurrentLinkedQueue<Written> written = new ConcurrentLinkedQueue<>();
  private final BitSet have = new BitSet();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicReference<Optional<Exception>> failure =
      new AtomicReference<>(Optional.empty());
  private Optional<Thread> thread = Optional.empty();
  private boolean unsynced;

  /// @param gained is given the positions that peers may ask for from now on
  /// @param adoption claims leaves where they lie; empty if they are in the store
  /// @param nanoTime monotonic, any origin
  public Checkpoints(
      ChunkStore store,
      Consumer<int[]> gained,
      Optional<Adoption> adoption,
      LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.store = store;
    this.gained = gained;
    this.adoption = adoption;
  }

  /// A leaf was written to all its places.
  public void written(int position, int sizeBytes) {
    written.add(new Written(position, sizeBytes));
  }

  /// A chunk can be served already, without a claim.
  public void here(int position) {
    synchronized (have) {
      have.set(position);
    }
  }

  /// The positions that peers may ask for.
  public BitSet have() {
    synchronized (have) {
      return (BitSet) have.clone();
    }
  }

  public void start() {
    thread = Optional.of(Thread.ofVirtual().name("checkpoint").start(this::loop));
  }

  /// Why the thread ended early, if it did.
  public Optional<Exception> failure() {
    return failure.get();
  }

  private void loop() {
    long synced = nanoTime.getAsLong();
    try {
      while (!stop.await(CLAIM_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
        claim();
        if (unsynced && nanoTime.getAsLong() - synced > SYNC_EVERY.toNanos()) {
          sync();
          synced = nanoTime.getAsLong();
        }
      }
    } catch (IOException | ShoalException e) {
      failure.set(Optional.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void claim() throws IOException, ShoalException {
    List<Integer> positions = new ArrayList<>();
    Map<Integer, Integer> sizes = new HashMap<>();
    for (Written each = written.poll(); each != null; each = written.poll()) {
      positions.add(each.position());
      sizes.put(each.position(), each.sizeBytes());
    }
    if (positions.isEmpty()) {
      return;
    }
    if (adoption.isPresent()) {
      adoption.get().adopt(positions, sizes);
    }
    unsynced = true;
    synchronized (have) {
      positions.forEach(have::set);
    }
    gained.accept(positions.stream().mapToInt(Integer::intValue).toArray());
  }

  private void sync() throws IOException, RetryableException {
    unsynced = false;
    store.sync();
  }

  /// Ends the thread and claims the rest. Called once, by the thread that called [#start].
  ///
  /// @param sync whether to make it durable
  public void close(boolean sync) throws IOException, ShoalException, InterruptedException {
    stop.countDown();
    if (thread.isPresent()) {
      thread.get().join();
    }
    claim();
    if (sync && unsynced) {
      sync();
    }
  }
}
