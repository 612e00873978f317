package io.shoal.wire.transfer;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.ChunkSource;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RetryableException;
import io.shoal.api.ServeAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request of the peer's, from admission to its end, on a virtual thread of its own. The event
/// loop only moves what this hands to it.
public final class ChunkUpload implements Runnable {

  /// Where the answer goes; each call only hands over to the event loop.
  public interface Sink {
    void answer(int sizeBytes);

    /// Sends bytes and releases them; `written` runs on the event loop, whether it went well or
    /// not.
    void data(ReferenceCounted payload, int sizeBytes, Runnable written);

    ByteBuf buffer(int sizeBytes);

    void end();

    void refuse(Refusal reason);

    /// Bytes that the connection may still queue.
    Budget outbound();
  }

  private static final Logger LOG = LoggerFactory.getLogger(ChunkUpload.class);

  // Asked again by the requester after a fault of ours that may pass.
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final ChunkServer server;
  private final PeerConnection from;
  private final ChunkRequest request;
  private final Sink sink;
  private final boolean sendfile;
  private final int maxDataBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long credit;
  private int writing;
  private boolean cancelled;
  private @Nullable Thread waiter;

  public ChunkUpload(
      ChunkServer server,
      PeerConnection from,
      ChunkRequest request,
      int creditBytes,
      Sink sink,
      boolean sendfile,
      int maxDataBytes) {
    this.server = server;
    this.from = from;
    this.request = request;
    this.credit = creditBytes;
    this.sink = sink;
    this.sendfile = sendfile;
    this.maxDataBytes = maxDataBytes;
  }

  /// More may be sent. Called on the event loop.
  public void credited(int sizeBytes) {
    lock.lock();
    try {
      credit += sizeBytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The peer took the request back, or the connection is closed. A thread that waits is
  /// interrupted; one that reads from the store is not, since an interrupt would close the file
  /// under it.
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
      if (waiter != null) {
        waiter.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    try {
      ServeAnswer answer = waiting(() -> server.request(from, request));
      switch (answer) {
        case ServeAnswer.Refuse(Refusal refusal) -> sink.refuse(refusal);
        case ServeAnswer.Serve(ChunkSource source) -> serve(source);
        // What later versions of the API add.
        default -> sink.refuse(new Refusal.NotHeld());
      }
    } catch (InterruptedException e) {
      sink.refuse(new Refusal.Gone());
    } catch (RuntimeException e) {
      // The node's side failed, not the peer: it may well ask again.
      LOG.warn("Serving {} failed: {}", request.cid(), e.toString());
      LOG.debug("Serving {} failed", request.cid(), e);
      sink.refuse(new Refusal.Busy(RETRY_AFTER));
    }
  }

  private void serve(ChunkSource source) throws InterruptedException {
    try (source) {
      send(source);
    } catch (ChunkChangedException e) {
      LOG.debug("{} changed while it was sent", request.cid(), e);
      sink.refuse(new Refusal.Corrupt());
    } catch (RetryableException e) {
      LOG.debug("{} is out of reach just now", request.cid(), e);
      sink.refuse(new Refusal.Busy(RETRY_AFTER));
    } catch (IOException e) {
      LOG.warn("Reading {} failed: {}", request.cid(), e.getMessage());
      LOG.debug("Reading {} failed", request.cid(), e);
      sink.refuse(new Refusal.NotHeld());
    }
  }

  private void send(ChunkSource source)
      throws IOException, RetryableException, ChunkChangedException, InterruptedException {
    int size = source.sizeBytes();
    Optional<FileRegion> region = sendfile ? source.region() : Optional.empty();
    sink.answer(size);
    try {
      for (int position = 0; position < size; ) {
        position += sendSome(source, region, position, Math.min(maxDataBytes, size - position));
      }
    } finally {
      // The file is the lease's: it must outlive what is still being sent from it.
      if (region.isPresent()) {
        awaitWritten();
      }
    }
    source.revalidate();
    sink.end();
  }

  private int sendSome(ChunkSource source, Optional<FileRegion> region, int position, int wanted)
      throws IOException, RetryableException, InterruptedException {
    int allowed = awaitCredit(wanted);
    if (!waiting(() -> sink.outbound().take(allowed))) {
      throw new InterruptedException("the connection is closed");
    }
    int count = 0;
    boolean sent = false;
    try {
      count = waiting(() -> source.permit(allowed));
      ReferenceCounted payload =
          region.isPresent()
              ? new LeasedRegion(
                  region.get().channel(), region.get().offsetBytes() + position, count)
              : read(source, position, count);
      sent = true;
      spend(count);
      int paid = count;
      sink.data(payload, count, () -> written(paid));
    } finally {
      sink.outbound().give(allowed - (sent ? count : 0));
    }
    return count;
  }

  private ByteBuf read(ChunkSource source, int position, int count)
      throws IOException, RetryableException {
    ByteBuf buffer = sink.buffer(count);
    boolean filled = false;
    try {
      ByteBuffer into = buffer.nioBuffer(0, count);
      while (into.hasRemaining()) {
        if (source.read(into, position + into.position()) < 0) {
          throw new IOException("a chunk ends before its size");
        }
      }
      buffer.writerIndex(count);
      filled = true;
      return buffer;
    } finally {
      if (!filled) {
        buffer.release();
      }
    }
  }

  private int awaitCredit(int wanted) throws InterruptedException {
    lock.lock();
    try {
      while (credit == 0 && !cancelled) {
        changed.await();
      }
      throwIfCancelled();
      return (int) Math.min(credit, wanted);
    } finally {
      lock.unlock();
    }
  }

  private void spend(int count) {
    lock.lock();
    try {
      credit -= count;
      writing++;
    } finally {
      lock.unlock();
    }
  }

  private void written(int count) {
    sink.outbound().give(count);
    lock.lock();
    try {
      writing--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Ends soon in any case: a closed connection fails all its writes.
  private void awaitWritten() {
    lock.lock();
    try {
      while (writing > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private interface Wait<T> {
    T get() throws InterruptedException;
  }

  private <T> T waiting(Wait<T> wait) throws InterruptedException {
    lock.lock();
    try {
      throwIfCancelled();
      waiter = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    try {
      return wait.get();
    } finally {
      lock.lock();
      try {
        waiter = null;
        // An interrupt that came too late for the wait must not hit what follows.
        Thread.interrupted();
      } finally {
        lock.unlock();
      }
    }
  }

  private void throwIfCancelled() throws InterruptedException {
    if (cancelled) {
      throw new InterruptedException("the request was taken back");
    }
  }
}
