package io.shoal.runtime.serving;

import io.shoal.api.PeerAddress;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Upload;
import io.shoal.runtime.limit.FairQueue;
import io.shoal.runtime.limit.FairRateLimiter;
import io.shoal.runtime.peer.PeerBook;
import io.shoal.runtime.peer.PeerKey;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Gives turns to peers of other systems, which plugins serve: in the same line as those that ask
/// for chunks, and within the same rates. Usable from any thread.
public final class ForeignUploads {
  /// A browser's user waits no longer for the first byte.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(10);

  private final UploadTurns turns;
  private final FairRateLimiter limiter;
  private final UploadCounters counters;
  private final LongSupplier nanoTime;
  private final PeerBook book;
  private final boolean open;

  ForeignUploads(
      UploadTurns turns,
      FairRateLimiter limiter,
      UploadCounters counters,
      LongSupplier nanoTime,
      PeerBook book,
      boolean open) {
    this.turns = turns;
    this.limiter = limiter;
    this.counters = counters;
    this.nanoTime = nanoTime;
    this.book = book;
    this.open = open;
  }

  /// See [io.shoal.api.NodeAccess#upload].
  public Upload upload(PeerAddress to) throws RefusedException, InterruptedException {
    if (!open || book.ban(to).isPresent()) {
      throw new RefusedException(new Refusal.Denied());
    }
    PeerKey peer = PeerKey.unproven(to);
    Optional<FairQueue.Turn<PeerKey>> turn = turns.take(peer, PATIENCE);
    if (turn.isEmpty()) {
      throw new RefusedException(new Refusal.Busy(RETRY_WHEN_FULL));
    }
    // The book of peers does not count the bytes: it remembers those that this node may dial.
    ForeignUpload upload =
        new ForeignUpload(
            new UploadMeter(peer, limiter, counters, nanoTime),
            ended -> turns.ended(ended, turn.get()));
    turns.began(upload);
    return upload;
  }
}
