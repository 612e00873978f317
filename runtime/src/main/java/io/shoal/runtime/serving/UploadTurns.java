package io.shoal.runtime.serving;

import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.limit.FairQueue;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// The places of uploads that run, and the line for them: as many places as the node's rate fills,
/// and further ones while it is unused. A peer that has a place and takes nothing loses it to one
/// that waits. Usable from any thread.
final class UploadTurns {
  /// How often a waiting request looks for places that are held without being used.
  private static final long LOOK_FOR_ROOM_NANOS = 1_000_000_000;

  /// A node with a rate serves fewer peers at once, each at this rate or more: a chunk that is
  /// whole can be passed on, many halves cannot.
  private static final long BYTES_PER_SECOND_AND_PLACE = 128 * 1024;

  private final Connections connections;
  private final FairRateLimiter limiter;
  private final LongSupplier nanoTime;
  private final ActiveUploads uploads = new ActiveUploads();

  /// Guarded by itself.
  private final FairQueue<PeerKey> queue;

  private final int places;

  /// @param nanoTime monotonic, any origin
  UploadTurns(Connections connections, FairRateLimiter limiter, LongSupplier nanoTime) {
    this.connections = connections;
    this.limiter = limiter;
    this.nanoTime = nanoTime;
    this.places =
        (int)
            Math.clamp(
                limiter.bytesPerSecond() / BYTES_PER_SECOND_AND_PLACE,
                1L,
                (long) NodeChunkServer.MAX_UPLOADS);
    this.queue =
        new FairQueue<>(places, NodeChunkServer.MAX_UPLOADS_PER_PEER, NodeChunkServer.MAX_WAITING);
  }

  /// Waits for a place.
  ///
  /// @param most how long
  /// @return empty if too many wait, or it took too long
  Optional<FairQueue.Turn<PeerKey>> take(PeerKey peer, Duration most) throws InterruptedException {
    long began = nanoTime.getAsLong();
    CountDownLatch granted = new CountDownLatch(1);
    Optional<FairQueue.Turn<PeerKey>> turn;
    synchronized (queue) {
      turn = queue.ask(peer, granted::countDown);
    }
    boolean taken = false;
    try {
      while (turn.isPresent() && !taken) {
        long left = most.toNanos() - (nanoTime.getAsLong() - began);
        taken = granted.await(Math.min(left, LOOK_FOR_ROOM_NANOS), TimeUnit.NANOSECONDS);
        if (!taken && left <= 0) {
          return Optional.empty();
        }
        if (!taken) {
          makeRoom(nanoTime.getAsLong() - began);
        }
      }
    } finally {
      if (!taken) {
        turn.ifPresent(this::end);
      }
    }
    return turn;
  }

  /// Ends the upload of a peer that holds a place and takes nothing, and lets one more run if those
  /// that hold places take little.
  private void makeRoom(long waitedNanos) {
    if (running() < places) {
      return;
    }
    if (waitedNanos >= SlowChunks.SETTLED_NANOS && limiter.hasSpare()) {
      synchronized (queue) {
        queue.grantOneMore(NodeChunkServer.MAX_UPLOADS);
      }
    }
    uploads
        .stalled()
        .ifPresent(
            stalled -> {
              switch (stalled) {
                case MeteredSource chunk ->
                    connections.tooSlow(chunk.to(), "it asks for chunks and does not take them");
                case ForeignUpload foreign -> foreign.evict();
              }
            });
  }

  /// An upload uses its place from now on.
  void began(RunningUpload upload) {
    uploads.began(upload);
  }

  /// It does no longer.
  void ended(RunningUpload upload, FairQueue.Turn<PeerKey> turn) {
    uploads.ended(upload);
    end(turn);
  }

  void end(FairQueue.Turn<PeerKey> turn) {
    synchronized (queue) {
      queue.end(turn);
    }
  }

  int running() {
    synchronized (queue) {
      return queue.running();
    }
  }

  int waiting() {
    synchronized (queue) {
      return queue.waiting();
    }
  }
}
