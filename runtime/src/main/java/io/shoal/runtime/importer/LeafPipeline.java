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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/// Works on leaves in parallel and passes the results on in the order of the leaves: one thread
/// reads and submits, the pool hashes and stores, and the same one thread takes the results when it
/// needs room. Where storing waits for a network, the pool only hashes, and each leaf is stored on
/// a virtual thread of its own. Memory is the fixed number of buffers.
///
/// Confined to one thread, except for the work itself.
final class LeafPipeline implements AutoCloseable {
  /// Results that wait for their turn, steps without a buffer included: bounds what a folder of
  /// empty files queues.
  private static final int MAX_QUEUED = 1_024;

  /// Names a leaf, in the pool.
  @FunctionalInterface
  interface Naming {
    /// @param bytes the leaf; its position is left alone
    Cid name(ByteBuffer bytes);
  }

  /// Stores a leaf, or looks for it.
  @FunctionalInterface
  interface Storing {
    /// @return whether the store did not have it
    boolean store(Cid cid, ByteBuffer bytes) throws IOException, ShoalException;
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

  private record Queued(
      Optional<CompletableFuture<Leaf>> work, Optional<ByteBuffer> buffer, Sink sink) {}

  // The leaf of a step that has none.
  private static final Leaf NOTHING =
      new Leaf(Cid.of(Cid.RAW, Multihash.of(Multihash.IDENTITY, new byte[0])), 0, false);

  private final Executor pool;
  private final Optional<ExecutorService> storingThreads;
  private final Arena arena = Arena.ofShared();
  private final Deque<ByteBuffer> free = new ArrayDeque<>();
  private final Deque<Queued> queue = new ArrayDeque<>();

  /// @param remote whether storing waits for a network
  /// @param buffers how many leaves may be in work
  LeafPipeline(Executor pool, boolean remote, int buffers, int leafSizeBytes) {
    this.pool = pool;
    this.storingThreads =
        remote ? Optional.of(Executors.newVirtualThreadPerTaskExecutor()) : Optional.empty();
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
  void submit(ByteBuffer buffer, Naming naming, Storing storing, Sink sink)
      throws IOException, ShoalException, InterruptedException {
    makeRoom();
    CompletableFuture<Leaf> leaf = new CompletableFuture<>();
    try {
      pool.execute(() -> name(buffer, naming, storing, leaf));
    } catch (RejectedExecutionException e) {
      giveBack(buffer);
      InterruptedException stop = new InterruptedException("the node stops");
      stop.initCause(e);
      throw stop;
    }
    queue.add(new Queued(Optional.of(leaf), Optional.of(buffer), sink));
  }

  private void name(
      ByteBuffer bytes, Naming naming, Storing storing, CompletableFuture<Leaf> leaf) {
    try {
      Cid cid = naming.name(bytes);
      Executor threads = storingThreads.isPresent() ? storingThreads.get() : Runnable::run;
      threads.execute(() -> store(cid, bytes, storing, leaf));
    } catch (RuntimeException | Error e) {
      leaf.completeExceptionally(e);
    }
  }

  private static void store(
      Cid cid, ByteBuffer bytes, Storing storing, CompletableFuture<Leaf> leaf) {
    try {
      int sizeBytes = bytes.remaining();
      leaf.complete(new Leaf(cid, sizeBytes, storing.store(cid, bytes)));
    } catch (IOException | ShoalException | RuntimeException | Error e) {
      leaf.completeExceptionally(e);
    }
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

  private static Leaf result(Future<Leaf> work)
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

  /// Waits for the work that was given, since it uses the buffers: at most a leaf a buffer. What
  /// waits for a network is interrupted.
  @Override
  public void close() {
    boolean interrupted = false;
    if (!queue.isEmpty()) {
      storingThreads.ifPresent(ExecutorService::shutdownNow);
    }
    for (Queued queued : queue) {
      if (queued.work().isPresent()) {
        interrupted |= awaitEnd(queued.work().get());
      }
    }
    queue.clear();
    storingThreads.ifPresent(ExecutorService::close);
    arena.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean awaitEnd(Future<Leaf> work) {
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
