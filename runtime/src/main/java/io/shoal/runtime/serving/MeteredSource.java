package io.shoal.runtime.serving;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkSource;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerConnection;
import io.shoal.api.RetryableException;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// A chunk on its way out: what is read is paid for at the meter and counted.
final class MeteredSource implements ChunkSource, RunningUpload {
  private final ChunkReader reader;
  private final PeerConnection to;
  private final UploadMeter meter;
  private final UploadCounters counters;
  private final Consumer<MeteredSource> ended;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param nanoTime monotonic, any origin
  MeteredSource(
      ChunkReader reader,
      PeerConnection to,
      FairRateLimiter limiter,
      UploadCounters counters,
      LongSupplier nanoTime,
      Consumer<MeteredSource> ended) {
    this.meter = new UploadMeter(PeerKey.of(to), limiter, counters, nanoTime);
    this.reader = reader;
    this.to = to;
    this.counters = counters;
    this.ended = ended;
  }

  @Override
  public int sizeBytes() {
    return reader.sizeBytes();
  }

  @Override
  public int permit(int wantedBytes) throws InterruptedException {
    return meter.permit(wantedBytes);
  }

  PeerConnection to() {
    return to;
  }

  /// Whether all of it was sent.
  boolean isWhole() {
    return meter.sentBytes() == reader.sizeBytes();
  }

  @Override
  public long idleNanos() {
    return meter.idleNanos();
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException, RetryableException {
    return reader.read(into, positionBytes);
  }

  @Override
  public Optional<FileRegion> region() {
    return reader.region();
  }

  @Override
  public void revalidate() throws IOException, ChunkChangedException {
    reader.revalidate();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      reader.close();
      counters.ended(to, meter.sentBytes());
      ended.accept(this);
    }
  }
}
