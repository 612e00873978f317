package io.shoal.wire.connection;

import io.shoal.api.PeerUnreachableException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Finds out that a peer is gone although the connection was not closed: it is silent in spite of
/// pings, takes nothing of what is sent, or never ends a frame that it began. On the event loop.
final class KeepAlive {
  // So a peer is found out at most a quarter later than the timeout says.
  private static final int CHECKS_PER_TIMEOUT = 4;

  // A frame that was begun must end within so many timeouts: with the default one at 1 KiB/s for
  // the longest. Else a byte now and then would hold a place forever.
  private static final int TIMEOUTS_PER_FRAME = 4;

  private final Carrier carrier;
  private final FrameHandler frames;
  private final long timeoutNanos;
  private final long probeNanos;
  private final LongSupplier nanoTime;
  private long heardNanos;
  private long movedNanos;
  private @Nullable ScheduledFuture<?> checks;

  KeepAlive(Carrier carrier, FrameHandler frames, Duration idleTimeout, LongSupplier nanoTime) {
    this.carrier = carrier;
    this.frames = frames;
    this.timeoutNanos = idleTimeout.toNanos();
    this.probeNanos =
        Math.min(timeoutNanos / 2, carrier.probeAfter().orElse(idleTimeout).toNanos());
    this.nanoTime = nanoTime;
  }

  void start() {
    heardNanos = nanoTime.getAsLong();
    movedNanos = heardNanos;
    long pause = Math.min(timeoutNanos / CHECKS_PER_TIMEOUT, probeNanos / 2);
    checks =
        carrier
            .channel()
            .eventLoop()
            .scheduleAtFixedRate(this::check, pause, pause, TimeUnit.NANOSECONDS);
  }

  void stop() {
    if (checks != null) {
      checks.cancel(false);
    }
  }

  void heard() {
    heardNanos = nanoTime.getAsLong();
  }

  private void check() {
    long now = nanoTime.getAsLong();
    if (carrier.outputMoved()) {
      movedNanos = now;
    }
    if (now - heardNanos > timeoutNanos) {
      frames.fail(new PeerUnreachableException("the peer is silent"));
    } else if (now - movedNanos > timeoutNanos) {
      frames.fail(new PeerUnreachableException("the peer takes nothing of what is sent to it"));
    } else if (frames.frameTakesTooLong(now, timeoutNanos * TIMEOUTS_PER_FRAME)) {
      frames.fail(new PeerUnreachableException("the peer does not end what it began to send"));
    } else if (now - heardNanos > (frames.waitsForBytes() ? probeNanos : timeoutNanos / 2)) {
      frames.ping(now);
    }
  }
}
