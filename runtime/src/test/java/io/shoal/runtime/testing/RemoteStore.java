package io.shoal.runtime.testing;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.Cid;
import io.shoal.api.PluginContext;
import io.shoal.api.RetryableException;
import io.shoal.api.StoreUsage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A store across a network that several nodes share: counts its calls, holds them until a number
/// of them waits at once, and fails one in some.
public final class RemoteStore implements ChunkStore {
  private static final int PATIENCE_SECONDS = 20;

  private final PlainStore chunks = new PlainStore();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicInteger alone = new AtomicInteger();
  private volatile String awaited = "";
  private volatile CountDownLatch together = new CountDownLatch(0);
  private volatile String tooFew = "";
  private volatile boolean fromPlatformThread;
  private volatile long failEvery = Long.MAX_VALUE;

  /// Holds the calls of a method until so many are here.
  ///
  /// @param first how many come one by one before
  public void waitFor(String method, int first, int count) {
    alone.set(first);
    together = new CountDownLatch(count);
    awaited = method;
  }

  /// The method of which too few calls came at once, if that was so.
  public Optional<String> tooFew() {
    return tooFew.isEmpty() ? Optional.empty() : Optional.of(tooFew);
  }

  /// Has one in `count` calls fail for the moment.
  public void failOneIn(int count) {
    failEvery = count;
  }

  public long failed() {
    return failed.get();
  }

  public long bytesRead() {
    return bytesRead.get();
  }

  public int distinctPuts() {
    return chunks.chunks.size();
  }

  public boolean calledFromPlatformThread() {
    return fromPlatformThread;
  }

  private void call(String method) throws IOException, RetryableException {
    if (Thread.currentThread().getThreadGroup() != null
        && Thread.currentThread().getThreadGroup().getName().equals("bulk")) {
      fromPlatformThread = true;
    }
    if (method.equals(awaited) && alone.decrementAndGet() < 0) {
      CountDownLatch gate = together;
      gate.countDown();
      try {
        if (!gate.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          tooFew = method + ": " + gate.getCount() + " more were due";
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException ended = new InterruptedIOException("interrupted");
        ended.initCause(e);
        throw ended;
      }
    }
    if (calls.incrementAndGet() % failEvery == 0) {
      failed.incrementAndGet();
      throw new RetryableException("503 slow down: try again later");
    }
  }

  @Override
  public void start(PluginContext context) {}

  @Override
  public void close() {}

  @Override
  public Optional<ChunkReader> open(Cid cid) throws IOException, RetryableException {
    call("open");
    return chunks.open(cid).map(Reader::new);
  }

  @Override
  public Optional<StoredChunk> find(Cid cid) throws IOException, RetryableException {
    call("find");
    return chunks.find(cid);
  }

  @Override
  public boolean put(Cid cid, ByteBuffer bytes) throws IOException, RetryableException {
    call("put");
    return chunks.put(cid, bytes);
  }

  @Override
  public boolean delete(Cid cid) throws IOException, RetryableException {
    call("delete");
    return chunks.delete(cid);
  }

  @Override
  public void chunks(ChunkSink each) throws IOException, RetryableException {
    call("chunks");
    chunks.chunks(each);
  }

  @Override
  public StoreUsage usage() {
    return StoreUsage.builder().build();
  }

  @Override
  public void sync() {}

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.REMOTE, Trait.SHARED);
  }

  private final class Reader implements ChunkReader {
    private final ChunkReader reader;

    Reader(ChunkReader reader) {
      this.reader = reader;
    }

    @Override
    public int sizeBytes() {
      return reader.sizeBytes();
    }

    @Override
    public int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException {
      call("read");
      int read = reader.read(into, positionBytes);
      bytesRead.addAndGet(Math.max(0, read));
      return read;
    }

    @Override
    public boolean discard() throws IOException, RetryableException {
      return reader.discard();
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
