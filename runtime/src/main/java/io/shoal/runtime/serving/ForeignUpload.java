package io.shoal.runtime.serving;

import io.shoal.api.RetryableException;
import io.shoal.api.Upload;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// An upload to a peer of another system, over a connection that only a plugin knows.
final class ForeignUpload implements Upload, RunningUpload {
  private enum State {
    OPEN,
    CLOSED,
    /// Its place was given to another.
    EVICTED
  }

  private final UploadMeter meter;
  private final Consumer<ForeignUpload> ended;
  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

  /// @param ended is called once, when the place is free again
  ForeignUpload(UploadMeter meter, Consumer<ForeignUpload> ended) {
    this.meter = meter;
    this.ended = ended;
  }

  @Override
  public int permit(int wantedBytes) throws RetryableException, InterruptedException {
    if (wantedBytes < 1) {
      throw new IllegalArgumentException("permission for " + wantedBytes + " bytes");
    }
    switch (state.get()) {
      case OPEN -> {}
      case CLOSED -> throw new IllegalStateException("the upload is closed");
      case EVICTED ->
          throw new RetryableException(
              "the peer took nothing for "
                  + ActiveUploads.STALLED_AFTER.toSeconds()
                  + " s: its place was given to one that waited; it may ask again");
    }
    return meter.permit(wantedBytes);
  }

  @Override
  public long idleNanos() {
    return meter.idleNanos();
  }

  /// Takes the place away.
  void evict() {
    leave(State.EVICTED);
  }

  @Override
  public void close() {
    leave(State.CLOSED);
  }

  private void leave(State next) {
    if (state.compareAndSet(State.OPEN, next)) {
      ended.accept(this);
    }
  }
}
