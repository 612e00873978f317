package io.shoal.runtime.importer;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.ShoalException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/// Works on leaves in parallel and passes the results on in the order of the leaves: one thread
/// reads and submits, the pool hashes and stores, and the same one thread takes the results when it
/// needs room. Memory is the fixed number of buffers.
///
/// Confined to one thread, except for the work itself.
final class LeafPipeline implements AutoCloseable {
  /// Results that wait for their turn, steps without a buffer included: bounds what a folder of
  /// empty files queues.
  private static final int MAX_QUEUED = 1_024;

  /// Runs in the pool.
  @FunctionalInterface
  interface Work {
    Leaf run(ByteBuffer bytes) throws IOException, ShoalException;
  }

  /// Runs in the owner's thread, in order.
  @FunctionalInterface
  interface Step {
    void run() throws IOException, ShoalException;
  }

  /// Takes a result in the owner's thread, in order.
  @FunctionalInterface
  interface Sink {
    void accept(Leaf leaf) throws IOException, ShoalException;
  }

  /// A leaf that was worked on.
  ///
  /// @param isNew whether the store did not have it
  record Leaf(Cid cid, int sizeBytes, boolean isNew) {}

  private record Queued(Optional<FutureTask<Leaf>> work, Optional<ByteBuffer> buffer, Sink sink) {}

  // The leaf of a step that has none.
  private static final Leaf NOTHING =
      new Leaf(Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, new byte[0])), 0, false);

  private final Executor pool;
  private final Arena arena = Arena.ofShared();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final Deque<Queued> queue = new ArrayDeque<>();

  /// @param buffers how many leaves may be in work
  LeafPipeline(Executor pool, int buffers, int leafSizeBytes) {
    this.pool = pool;
    for (int i = 0; i < buffers; i++) {
      // Outside the heap: read, hashed and written without another copy, and given back at the end,
      // not at some collection.
      free.add(arena.allocate(leafSizeBytes).asByteBuffer());
    }
  }

  /// An empty buffer of a leaf's size; waits for the oldest leaf if there is none.
  ByteBuffer take() throws IOException, ShoalException, InterruptedException {
    while (free.isEmpty()) {
      finishOldest();
    }
    return free.remove().clear();
  }

  void giveBack(ByteBuffer buffer) {
    free.add(buffer);
  }

  /// Works on a filled buffer of [#take], which belongs to the pipeline from here on.
  void submit(ByteBuffer buffer, Work work, Sink sink)
      throws IOException, ShoalException, InterruptedException {
    makeRoom();
    FutureTask<Leaf> task = new FutureTask<>(() -> work.run(buffer));
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      giveBack(buffer);
      InterruptedException stop = new InterruptedException("the node stops");
      stop.initCause(e);
      throw stop;
    }
    queue.add(new Queued(Optional.of(task), Optional.of(buffer), sink));
  }

  /// Runs a step once all that was given before is done.
  void then(Step step) throws IOException, ShoalException, InterruptedException {
    makeRoom();
    queue.add(new Queued(Optional.empty(), Optional.empty(), nothing -> step.run()));
  }

  /// Finishes all that was given.
  void finish() throws IOException, ShoalException, InterruptedException {
    while (!queue.isEmpty()) {
      finishOldest();
    }
  }

  private void makeRoom() throws IOException, ShoalException, InterruptedException {
    while (queue.size() >= MAX_QUEUED) {
      finishOldest();
    }
  }

  private void finishOldest() throws IOException, ShoalException, InterruptedException {
    Queued oldest = queue.element();
    Leaf leaf = oldest.work().isPresent() ? result(oldest.work().get()) : NOTHING;
    queue.remove();
    oldest.buffer().ifPresent(free::add);
    oldest.sink().accept(leaf);
  }

  private static Leaf result(FutureTask<Leaf> work)
      throws IOException, ShoalException, InterruptedException {
    try {
      return work.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case ShoalException known -> throw known;
        case RuntimeException bug -> throw bug;
        case Error error -> throw error;
        case null, default -> throw new AssertionError("work throws nothing else", e);
      }
    }
  }

  /// Waits for the work that was given, since it uses the buffers: at most a leaf a buffer, so it
  /// is short.
  @Override
  public void close() {
    boolean interrupted = false;
    for (Queued queued : queue) {
      if (queued.work().isPresent()) {
        interrupted |= awaitEnd(queued.work().get());
      }
    }
    queue.clear();
    arena.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean awaitEnd(FutureTask<Leaf> work) {
    boolean interrupted = false;
    while (!work.isDone()) {
      try {
        work.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        // The first failure is on its way to the caller already; this one follows from it or says
        // the same.
        break;
      }
    }
    return interrupted;
  }
}
