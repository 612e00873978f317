package io.shoal.runtime;

import io.shoal.api.ChunkChangedException;
import io.shoal.api.ChunkReader;
import io.shoal.api.ChunkSource;
import io.shoal.api.FileRegion;
import io.shoal.api.PeerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A chunk on its way out: what is read is paid for at the meter and counted.
final class MeteredSource implements ChunkSource {
  private final ChunkReader reader;
  private final PeerConnection to;
  private final FairMeter meter;
  private final UploadCounts counts;
  private final Runnable ended;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final String peer;
  private long sentBytes;

  MeteredSource(
      ChunkReader reader, PeerConnection to, FairMeter meter, UploadCounts counts, Runnable ended) {
    this.reader = reader;
    this.to = to;
    this.meter = meter;
    this.counts = counts;
    this.ended = ended;
    this.peer = PeerKey.of(to).text();
  }

  @Override
  public int sizeBytes() {
    return reader.sizeBytes();
  }

  @Override
  public int permit(int wantedBytes) throws InterruptedException {
    int granted = meter.permit(peer, wantedBytes);
    sentBytes += granted;
    counts.sent(granted);
    return granted;
  }

  @Override
  public int read(ByteBuffer into, int positionBytes) throws IOException {
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
      counts.ended(to, sentBytes);
      ended.run();
    }
  }
}
