package io.shoal.runtime.limit;

import io.shoal.api.ChunkStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;

/// Buffers for chunks on their way, direct so that no copy lands on the heap; as many as the budget
/// allows, made when first needed. Usable from any thread.
public final class BufferPool {
  /// Up to this a buffer is made for the occasion, exactly as large as needed and on the heap: such
  /// chunks are many, and a pool would cost more than it saves.
  private static final int SMALL_BYTES = 128 * 1024;

  private final Semaphore permits;

  /// The part of the budget that those have who may keep a buffer for long.
  private final Semaphore unproven;

  private final ArrayDeque<ByteBuffer> large = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> usual = new ArrayDeque<>();

  /// @param budgetBytes for all buffers together; one of the largest size is always possible
  public BufferPool(long budgetBytes) {
    int kib = Math.clamp(budgetBytes / 1024, ChunkStore.MAX_CHUNK_SIZE_BYTES / 1024, 1 << 20);
    this.permits = new Semaphore(kib, true);
    this.unproven = new Semaphore(Math.max(kib / 2, ChunkStore.MAX_CHUNK_SIZE_BYTES / 1024), true);
  }

  /// A buffer with room for `sizeBytes`, whose limit is set to it. Waits while the budget is used
  /// up.
  ///
  /// @param proven whether the bytes come from a peer that gave some before: all others together
  ///   have half of the budget, so that peers that begin to send and do not go on stop no download
  public Lease take(int sizeBytes, boolean proven) throws InterruptedException {
    int capacity =
        sizeBytes <= SMALL_BYTES
            ? Math.max(1024, sizeBytes)
            : sizeBytes <= ChunkStore.MAX_CHUNK_SIZE_BYTES / 2
                ? ChunkStore.MAX_CHUNK_SIZE_BYTES / 2
                : ChunkStore.MAX_CHUNK_SIZE_BYTES;
    if (!proven) {
      unproven.acquire(kib(capacity));
    }
    boolean taken = false;
    try {
      permits.acquire(kib(capacity));
      taken = true;
    } finally {
      if (!taken && !proven) {
        unproven.release(kib(capacity));
      }
    }
    ByteBuffer buffer = pooled(capacity);
    buffer.clear().limit(sizeBytes);
    return new Lease(buffer, capacity, proven);
  }

  private ByteBuffer pooled(int capacity) {
    synchronized (this) {
      ArrayDeque<ByteBuffer> pool = capacity == ChunkStore.MAX_CHUNK_SIZE_BYTES ? large : usual;
      ByteBuffer buffer = capacity <= SMALL_BYTES ? null : pool.poll();
      return buffer != null ? buffer : allocate(capacity);
    }
  }

  private static int kib(int capacity) {
    return (capacity + 1023) / 1024;
  }

  private static ByteBuffer allocate(int capacity) {
    return capacity <= SMALL_BYTES
        ? ByteBuffer.allocate(capacity)
        : ByteBuffer.allocateDirect(capacity);
  }

  /// A buffer that is in use.
  public final class Lease implements AutoCloseable {
    private final ByteBuffer buffer;
    private final int capacity;
    private final boolean proven;
    private boolean closed;

    private Lease(ByteBuffer buffer, int capacity, boolean proven) {
      this.buffer = buffer;
      this.capacity = capacity;
      this.proven = proven;
    }

    public ByteBuffer buffer() {
      return buffer;
    }

    @Override
    public void close() {
      synchronized (BufferPool.this) {
        if (closed) {
          return;
        }
        closed = true;
        if (capacity == ChunkStore.MAX_CHUNK_SIZE_BYTES) {
          large.push(buffer);
        } else if (capacity > SMALL_BYTES) {
          usual.push(buffer);
        }
      }
      permits.release(kib(capacity));
      if (!proven) {
        unproven.release(kib(capacity));
      }
    }
  }
}
