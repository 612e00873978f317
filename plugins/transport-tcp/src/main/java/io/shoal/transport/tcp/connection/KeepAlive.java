package io.shoal.transport.tcp.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.shoal.api.PeerUnreachableException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds out that a peer is gone although nobody said so: it is silent in spite of pings, takes
/// nothing of what is sent, or never ends what it began to say. On the event loop.
final class KeepAlive {
  // So a peer is found out at most a quarter later than the timeout says.
  private static final int CHECKS_PER_TIMEOUT = 4;

  // A frame that was begun must end within so many timeouts: with the default one at 1 KiB/s for
  // the
  // longest. Else a byte now and then would hold a place for ever.
  private static final int TIMEOUTS_PER_FRAME = 4;

  private final Channel channel;
  private final FrameHandler wire;
  private final long timeoutNanos;
  private long heardNanos;
  private long movedNanos;
  private long lastProgress;
  private long frame;
  private long frameNanos;
  private @Nullable ScheduledFuture<?> checks;

  KeepAlive(Channel channel, FrameHandler wire, Duration idleTimeout) {
    this.channel = channel;
    this.wire = wire;
    this.timeoutNanos = idleTimeout.toNanos();
  }

  void start() {
    heardNanos = System.nanoTime();
    movedNanos = heardNanos;
    long pause = timeoutNanos / CHECKS_PER_TIMEOUT;
    checks =
        channel.eventLoop().scheduleAtFixedRate(this::check, pause, pause, TimeUnit.NANOSECONDS);
  }

  void stop() {
    if (checks != null) {
      checks.cancel(false);
    }
  }

  void heard() {
    heardNanos = System.nanoTime();
  }

  private void check() {
    long now = System.nanoTime();
    if (outputMoved()) {
      movedNanos = now;
    }
    if (now - heardNanos > timeoutNanos) {
      wire.fail(new PeerUnreachableException("the peer is silent"));
    } else if (now - movedNanos > timeoutNanos) {
      wire.fail(new PeerUnreachableException("the peer takes nothing of what is sent to it"));
    } else if (frameTakesTooLong(now)) {
      wire.fail(new PeerUnreachableException("the peer does not end what it began to send"));
    } else if (now - heardNanos > timeoutNanos / 2) {
      wire.ping(now);
    }
  }

  private boolean frameTakesTooLong(long now) {
    long unfinished = wire.unfinishedFrame();
    if (unfinished == 0 || unfinished != frame) {
      frame = unfinished;
      frameNanos = now;
    }
    return now - frameNanos > timeoutNanos * TIMEOUTS_PER_FRAME;
  }

  private boolean outputMoved() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    if (pending == null || pending.totalPendingWriteBytes() == 0) {
      return true;
    }
    long progress = pending.totalPendingWriteBytes() * 31 + pending.currentProgress();
    boolean moved = progress != lastProgress;
    lastProgress = progress;
    return moved;
  }
}
