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
final class MeteredSource implements ChunkSource {
  private final ChunkReader reader;
  private final PeerConnection to;
  private final FairRateLimiter meter;
  private final UploadCounters counters;
  private final Consumer<MeteredSource> ended;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final String peer;
  private final LongSupplier nanoTime;
  private long sentBytes;
  private volatile long movedNanos;
  private volatile boolean held;

  /// @param nanoTime monotonic, any origin
  MeteredSource(
      ChunkReader reader,
      PeerConnection to,
      FairRateLimiter meter,
      UploadCounters counters,
      LongSupplier nanoTime,
      Consumer<MeteredSource> ended) {
    this.nanoTime = nanoTime;
    movedNanos = nanoTime.getAsLong();
    this.reader = reader;
    this.to = to;
    this.meter = meter;
    this.counters = counters;
    this.ended = ended;
    this.peer = PeerKey.of(to).text();
  }

  @Override
  public int sizeBytes() {
    return reader.sizeBytes();
  }

  @Override
  public int permit(int wantedBytes) throws InterruptedException {
    // The peer is ready for more: as long as this node's rates hold it back, that is not its fault.
    held = true;
    try {
      int granted = meter.permit(peer, wantedBytes);
      sentBytes += granted;
      counters.sent(granted);
      return granted;
    } finally {
      movedNanos = nanoTime.getAsLong();
      held = false;
    }
  }

  PeerConnection to() {
    return to;
  }

  /// For how long the peer has taken nothing.
  long idleNanos() {
    return held ? 0 : nanoTime.getAsLong() - movedNanos;
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
      counters.ended(to, sentBytes);
      ended.accept(this);
    }
  }
}
