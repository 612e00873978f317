package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// The bytes of an answer, from the thread that brings them to the one that reads them.
final class QueuedBody implements ChunkBody {
  /// Pieces that wait to be read: a slow reader slows its own request down.
  private static final int MAX_PIECES = 4;

  private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
  private final Runnable whenClosed;
  private int sizeBytes = -1;
  private boolean ended;
  private Optional<Refusal> refusal = Optional.empty();

  /// @param whenClosed takes the request back; called without a lock
  QueuedBody(Runnable whenClosed) {
    this.whenClosed = whenClosed;
  }

  synchronized void begin(int size) {
    sizeBytes = size;
    notifyAll();
  }

  /// Waits for room.
  ///
  /// @return whether anybody still wants more
  synchronized boolean add(ByteBuffer piece) throws InterruptedException {
    while (pieces.size() >= MAX_PIECES && refusal.isEmpty()) {
      wait();
    }
    pieces.add(piece);
    notifyAll();
    return refusal.isEmpty();
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized void end(Refusal why) {
    if (!ended && refusal.isEmpty()) {
      refusal = Optional.of(why);
      notifyAll();
    }
  }

  @Override
  public synchronized int awaitSize() throws RefusedException, InterruptedException {
    while (sizeBytes < 0 && refusal.isEmpty()) {
      wait();
    }
    if (sizeBytes < 0) {
      throw new RefusedException(refusal.orElseThrow());
    }
    return sizeBytes;
  }

  @Override
  public synchronized int read(ByteBuffer into) throws RefusedException, InterruptedException {
    while (pieces.isEmpty() && !ended && refusal.isEmpty()) {
      wait();
    }
    if (refusal.isPresent()) {
      throw new RefusedException(refusal.get());
    }
    if (pieces.isEmpty()) {
      return -1;
    }
    ByteBuffer first = pieces.getFirst();
    int size = Math.min(first.remaining(), into.remaining());
    into.put(first.slice(first.position(), size));
    first.position(first.position() + size);
    if (!first.hasRemaining()) {
      pieces.removeFirst();
      notifyAll();
    }
    return size;
  }

  @Override
  public void close() {
    end(new Refusal.Gone());
    synchronized (this) {
      // Also where all of it has arrived already.
      refusal = Optional.of(refusal.orElse(new Refusal.Gone()));
    }
    whenClosed.run();
  }
}
