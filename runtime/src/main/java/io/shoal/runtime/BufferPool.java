package io.shoal.runtime;

import io.shoal.api.ChunkStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/// Buffers for chunks on their way, direct so that no copy lands on the heap; as many as the budget
/// allows, made when first needed. Usable from any thread.
final class BufferPool {
  private static final int FIRST_BYTES = 256 * 1024;

  private final Semaphore permits;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<ByteBuffer> large = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> usual = new ArrayDeque<>();

  /// @param budgetBytes what all buffers together may take; one of the largest size is always
  ///   possible
  BufferPool(long budgetBytes) {
    int kib = Math.clamp(budgetBytes / 1024, ChunkStore.MAX_CHUNK_SIZE_BYTES / 1024, 1 << 20);
    this.permits = new Semaphore(kib, true);
  }

  /// A buffer with room for `sizeBytes`, whose limit is set to it. Waits while the budget is used
  /// up.
  Lease take(int sizeBytes) throws InterruptedException {
    int capacity =
        sizeBytes <= FIRST_BYTES
            ? FIRST_BYTES
            : sizeBytes <= ChunkStore.MAX_CHUNK_SIZE_BYTES / 2
                ? ChunkStore.MAX_CHUNK_SIZE_BYTES / 2
                : ChunkStore.MAX_CHUNK_SIZE_BYTES;
    permits.acquire(capacity / 1024);
    ByteBuffer buffer = pooled(capacity);
    buffer.clear().limit(sizeBytes);
    return new Lease(buffer, capacity);
  }

  private ByteBuffer pooled(int capacity) {
    lock.lock();
    try {
      ArrayDeque<ByteBuffer> pool = capacity == ChunkStore.MAX_CHUNK_SIZE_BYTES ? large : usual;
      ByteBuffer buffer = capacity == FIRST_BYTES ? null : pool.poll();
      return buffer != null ? buffer : allocate(capacity);
    } finally {
      lock.unlock();
    }
  }

  /// Small ones live on the heap: they are many, short-lived and cheap there.
  private static ByteBuffer allocate(int capacity) {
    return capacity == FIRST_BYTES
        ? ByteBuffer.allocate(capacity)
        : ByteBuffer.allocateDirect(capacity);
  }

  /// A buffer that is in use.
  final class Lease implements AutoCloseable {
    private final ByteBuffer buffer;
    private final int capacity;
    private boolean closed;

    private Lease(ByteBuffer buffer, int capacity) {
      this.buffer = buffer;
      this.capacity = capacity;
    }

    ByteBuffer buffer() {
      return buffer;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (closed) {
          return;
        }
        closed = true;
        if (capacity == ChunkStore.MAX_CHUNK_SIZE_BYTES) {
          large.push(buffer);
        } else if (capacity != FIRST_BYTES) {
          usual.push(buffer);
        }
      } finally {
        lock.unlock();
      }
      permits.release(capacity / 1024);
    }
  }
}
