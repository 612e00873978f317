package io.shoal.wire.transfer;

import io.netty.buffer.ByteBuf;
import io.shoal.api.ChunkBody;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A chunk that is coming: filled by the event loop, emptied by the reader. Never holds more than
/// the credit that was given, and costs one copy, from the network's buffer into the reader's.
public final class ReceivedBody implements ChunkBody {

  /// The connection of a body; called without a lock held, from any thread.
  public interface Source {
    void credit(int sizeBytes);

    void cancel();

    /// The reader closed it; called once.
    void closed();
  }

  // Runs below this are copied together: a slice keeps the whole network buffer alive, so that a
  // peer that sends a few bytes at a time would make us hold many times its credit.
  private static final int MIN_SLICE_SIZE_BYTES = 8 * 1024;
  private static final int COLLECTOR_SIZE_BYTES = 32 * 1024;

  // TLS hands on 16 KiB at a time: to wake the reader for each would cost more than to copy it.
  private static final int WAKE_SIZE_BYTES = 64 * 1024;

  private final Source source;
  private final int windowBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<ByteBuf> arrived = new ArrayDeque<>();
  // Owned by the reader while it copies, without the lock.
  private @Nullable ByteBuf copying;
  private boolean reading;
  private int unannounced;
  private int size = -1;
  private int granted;
  private int consumed;
  private boolean ended;
  private boolean closed;
  private @Nullable Refusal refusal;

  public ReceivedBody(Source source, int windowBytes) {
    this.source = source;
    this.windowBytes = windowBytes;
    this.granted = windowBytes;
  }

  // ---- the event loop's side

  public void answered(int sizeBytes) {
    locked(() -> size = sizeBytes);
  }

  /// Takes bytes over: they are released here or by the reader.
  public void arrived(ByteBuf bytes) {
    lock.lock();
    try {
      if (closed) {
        bytes.release();
        return;
      }
      int size = bytes.readableBytes();
      ByteBuf last = arrived.peekLast();
      if (size >= MIN_SLICE_SIZE_BYTES) {
        arrived.add(bytes);
      } else if (last != null && last.isWritable(size) && last.refCnt() == 1) {
        last.writeBytes(bytes);
        bytes.release();
      } else {
        arrived.add(bytes.alloc().buffer(COLLECTOR_SIZE_BYTES).writeBytes(bytes));
        bytes.release();
      }
      unannounced += size;
      if (unannounced >= WAKE_SIZE_BYTES) {
        announce();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Nothing more comes for now: a reader that waits may go on with what is here.
  public void announceArrived() {
    lock.lock();
    try {
      if (unannounced > 0) {
        announce();
      }
    } finally {
      lock.unlock();
    }
  }

  private void announce() {
    unannounced = 0;
    changed.signalAll();
  }

  public void ended() {
    locked(() -> ended = true);
  }

  public void refused(Refusal reason) {
    locked(
        () -> {
          if (refusal == null && !ended) {
            refusal = reason;
          }
        });
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- the reader's side

  @Override
  public int awaitSize() throws RefusedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (size < 0) {
        throwIfOver();
        changed.await();
      }
      return size;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer into) throws RefusedException, InterruptedException {
    if (!into.hasRemaining()) {
      throw new IllegalArgumentException("no room to read into");
    }
    ByteBuf from = await();
    if (from == null) {
      return -1;
    }
    int count = 0;
    while (from != null) {
      count += copy(from, into);
      from = into.hasRemaining() ? take() : null;
    }
    grant(count);
    return count;
  }

  private int copy(ByteBuf from, ByteBuffer into) {
    int count = Math.min(from.readableBytes(), into.remaining());
    try {
      from.readBytes(into.slice(into.position(), count));
      into.position(into.position() + count);
      return count;
    } finally {
      copied(from);
    }
  }

  private @Nullable ByteBuf await() throws RefusedException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        ByteBuf next = next();
        if (next != null) {
          return next;
        }
        if (ended && !closed) {
          return null;
        }
        throwIfOver();
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Bytes that are here already, if any.
  private @Nullable ByteBuf take() {
    lock.lock();
    try {
      return next();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ByteBuf next() {
    if (copying == null) {
      copying = arrived.poll();
    }
    reading = copying != null && !closed;
    return reading ? copying : null;
  }

  private void throwIfOver() throws RefusedException {
    if (closed) {
      throw new RefusedException(new Refusal.Gone());
    }
    if (refusal != null) {
      throw new RefusedException(refusal);
    }
  }

  private void copied(ByteBuf from) {
    lock.lock();
    try {
      reading = false;
      if (closed || !from.isReadable()) {
        copying = null;
        from.release();
      }
    } finally {
      lock.unlock();
    }
  }

  private void grant(int count) {
    int more = 0;
    lock.lock();
    try {
      consumed += count;
      int useful = Math.min(size, consumed + windowBytes);
      // In steps, or every read of a few bytes would send a frame.
      if (useful - granted >= Math.min(windowBytes / 4, Math.max(1, size - granted))) {
        more = useful - granted;
        granted = useful;
      }
    } finally {
      lock.unlock();
    }
    if (more > 0) {
      source.credit(more);
    }
  }

  @Override
  public void close() {
    boolean cancel;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      cancel = !ended && refusal == null;
      arrived.forEach(ByteBuf::release);
      arrived.clear();
      if (copying != null && !reading) {
        copying.release();
        copying = null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (cancel) {
      source.cancel();
    }
    source.closed();
  }
}
