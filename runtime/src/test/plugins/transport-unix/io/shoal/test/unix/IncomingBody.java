package io.shoal.test.unix;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkStore;
import io.shoal.api.MalformedDataException;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A chunk on its way here. At most [#WINDOW_SIZE_BYTES] of it wait for their reader.
final class IncomingBody implements ChunkBody {

  static final int WINDOW_SIZE_BYTES = 256 * 1024;

  private final UnixConnection connection;
  private final long id;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<ByteBuffer> pieces = new ArrayDeque<>();
  private int sizeBytes = -1;
  private int receivedBytes;
  private int waitingBytes;
  private boolean ended;
  private Refusal refusal;

  IncomingBody(UnixConnection connection, long id) {
    this.connection = connection;
    this.id = id;
  }

  @Override
  public int awaitSize() throws RefusedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (sizeBytes < 0) {
        throwRefusal();
        changed.await();
      }
      return sizeBytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer into) throws RefusedException, InterruptedException {
    int count;
    lock.lockInterruptibly();
    try {
      while (pieces.isEmpty()) {
        throwRefusal();
        if (ended) {
          return -1;
        }
        changed.await();
      }
      ByteBuffer piece = pieces.element();
      count = Math.min(piece.remaining(), into.remaining());
      into.put(piece.slice(piece.position(), count));
      piece.position(piece.position() + count);
      if (!piece.hasRemaining()) {
        pieces.remove();
      }
      waitingBytes -= count;
    } finally {
      lock.unlock();
    }
    connection.credit(id, count);
    return count;
  }

  private void throwRefusal() throws RefusedException {
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
  }

  void size(int size) throws MalformedDataException {
    if (size < 0 || size > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      throw new MalformedDataException("a chunk of " + size + " bytes");
    }
    change(() -> sizeBytes = size);
  }

  void data(ByteBuffer bytes) throws MalformedDataException {
    lock.lock();
    try {
      receivedBytes += bytes.remaining();
      waitingBytes += bytes.remaining();
      if (receivedBytes > sizeBytes || waitingBytes > WINDOW_SIZE_BYTES) {
        throw new MalformedDataException("data without credit");
      }
      pieces.add(bytes);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void end() throws MalformedDataException {
    change(() -> ended = true);
    if (receivedBytes != sizeBytes) {
      throw new MalformedDataException("a chunk that ends early");
    }
  }

  void refuse(Refusal why) {
    change(() -> refusal = refusal == null ? why : refusal);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    refuse(new Refusal.Gone());
    connection.forget(id);
  }
}
