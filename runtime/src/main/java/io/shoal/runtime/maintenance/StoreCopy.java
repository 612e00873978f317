package io.shoal.runtime.maintenance;

import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkStore;
import io.shoal.api.ChunkStore.StoredChunk;
import io.shoal.api.Cid;
import io.shoal.api.FileBacked;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import io.shoal.runtime.command.ContentCommands;
import io.shoal.runtime.command.StoreCommands;
import io.shoal.runtime.limit.RateGauge;
import io.shoal.runtime.store.ChunkCheck;
import io.shoal.runtime.store.LocalStore;
import io.shoal.runtime.store.ManyCalls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes all chunks of one store along into another. Each is checked on the way, and one without a
/// good copy is left out; one that is there already is not read. Users' files that the one serves
/// in place the other does too, if it can. Used once, by one thread.
public final class StoreCopy {
  private static final Logger LOG = LoggerFactory.getLogger(StoreCopy.class);

  /// Chunks that are listed, copied and then made durable together: a crash costs some gigabytes of
  /// work, and the list a megabyte of memory.
  private static final int AT_ONCE = 4_096;

  private static final long PROGRESS_NANOS = 100_000_000;

  private final ChunkStore from;
  private final ChunkStore to;
  private final ChunkCheck check;
  private final ContentCommands.ProgressListener progress;
  private final LongSupplier nanoTime;
  private final Optional<FileBacked> filesFrom;
  private final Optional<FileBacked> filesTo;
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong copiedBytes = new AtomicLong();
  private final AtomicLong there = new AtomicLong();
  private final AtomicLong leftOut = new AtomicLong();
  private final AtomicLong doneBytes = new AtomicLong();
  private final RateGauge speed = new RateGauge();
  private long totalBytes = -1;
  private long reportedNanos;

  /// @param nanoTime monotonic, any origin
  public StoreCopy(
      ChunkStore from,
      ChunkStore to,
      ChunkCheck check,
      ContentCommands.ProgressListener progress,
      LongSupplier nanoTime) {
    this.from = from;
    this.to = to;
    this.check = check;
    this.progress = progress;
    this.nanoTime = nanoTime;
    Optional<FileBacked> target = to.fileBacked();
    // One alone is of no use: then the bytes of users' files are copied as others are.
    this.filesFrom = target.isPresent() ? from.fileBacked() : Optional.empty();
    this.filesTo = filesFrom.isPresent() ? target : Optional.empty();
  }

  /// Copies. What was copied before a failure or an interrupt stays, and the next run skips it.
  public StoreCommands.Copied run() throws ShoalException, IOException, InterruptedException {
    var usage = from.usage();
    totalBytes =
        usage.ownedBytes() < 0 ? -1 : usage.ownedBytes() + Math.max(0, usage.adoptedBytes());
    reportedNanos = nanoTime.getAsLong();
    speed.bytesPerSecond(0, reportedNanos);
    try {
      Walk walk = new Walk();
      from.chunks(walk);
      walk.end();
      if (filesFrom.isPresent() && filesTo.isPresent()) {
        FileClaimsCopy files = new FileClaimsCopy(filesFrom.get(), filesTo.get(), check);
        files.run(this::looked);
        copied.addAndGet(files.taken());
        copiedBytes.addAndGet(files.takenBytes());
        there.addAndGet(files.there());
        leftOut.addAndGet(files.leftOut());
      }
      to.sync();
    } catch (InterruptedIOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted");
      }
      throw e;
    }
    return new StoreCommands.Copied(copied.get(), copiedBytes.get(), there.get(), leftOut.get());
  }

  /// Lists chunks, and copies them whenever there are enough. No failure of the copying passes
  /// through the store that lists.
  private final class Walk implements ChunkStore.ChunkSink {
    private final List<StoredChunk> listed = new ArrayList<>();
    private Optional<Exception> failure = Optional.empty();

    @Override
    public boolean chunk(StoredChunk chunk) {
      // A chunk that lies in users' files alone comes along with these.
      if (chunk.owned() || filesFrom.isEmpty()) {
        listed.add(chunk);
      }
      return listed.size() < AT_ONCE || copyListed();
    }

    private boolean copyListed() {
      try {
        boolean remote = from.traits().contains(ChunkStore.Trait.REMOTE);
        ManyCalls.<StoredChunk, ShoalException>make(
            remote ? from : to, listed.iterator(), StoreCopy.this::copy);
        to.sync();
      } catch (IOException | ShoalException | RuntimeException e) {
        failure = Optional.of(e);
      }
      listed.clear();
      return failure.isEmpty();
    }

    void end() throws IOException, ShoalException {
      if (failure.isEmpty()) {
        var _ = copyListed();
      }
      switch (failure.orElse(null)) {
        case null -> {}
        case IOException e -> throw e;
        case ShoalException e -> throw e;
        case RuntimeException e -> throw e;
        case Exception e -> throw new AssertionError("copying throws nothing else", e);
      }
    }
  }

  private void copy(StoredChunk chunk) throws IOException, ShoalException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted");
    }
    Cid cid = chunk.cid();
    if (to.find(cid).filter(known -> known.owned() || !chunk.owned()).isPresent()) {
      there.incrementAndGet();
    } else {
      Optional<byte[]> good = goodCopy(cid);
      if (good.isEmpty()) {
        leftOut.incrementAndGet();
      } else if (to.put(cid, ByteBuffer.wrap(good.get()))) {
        copied.incrementAndGet();
        copiedBytes.addAndGet(good.get().length);
      } else {
        there.incrementAndGet();
      }
    }
    looked(chunk.sizeBytes());
  }

  private Optional<byte[]> goodCopy(Cid cid) throws IOException, RetryableException {
    List<byte[]> good = new ArrayList<>();
    try {
      from.copies(
          cid,
          copy -> {
            Optional<byte[]> bytes = rightBytes(cid, copy);
            bytes.ifPresent(good::add);
            return bytes.isEmpty();
          });
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("{} cannot be read: {}", cid, e.getMessage());
    }
    return good.stream().findFirst();
  }

  private Optional<byte[]> rightBytes(Cid cid, ChunkReader copy)
      throws IOException, RetryableException {
    Optional<byte[]> bytes = LocalStore.bytesOf(copy);
    return bytes.filter(whole -> isRight(check, cid, ByteBuffer.wrap(whole)));
  }

  /// A chunk whose hash no plugin knows counts as right: it was checked when it came.
  static boolean isRight(ChunkCheck check, Cid cid, ByteBuffer bytes) {
    try {
      return check.matches(cid, bytes);
    } catch (UserFaultException e) {
      return true;
    }
  }

  private void looked(long bytes) {
    long done = doneBytes.addAndGet(bytes);
    long now = nanoTime.getAsLong();
    synchronized (speed) {
      if (now - reportedNanos < PROGRESS_NANOS) {
        return;
      }
      reportedNanos = now;
    }
    long total = totalBytes < 0 ? -1 : Math.max(done, totalBytes);
    progress.progress(
        new ContentCommands.Progress(
            "copying", done, total, speed.bytesPerSecond(done, now), 0, ""));
  }
}
