package io.shoal.runtime;

import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears what other downloaders fetch. Usable from any thread.
final class FetchNotices {
  private static final Logger LOG = LoggerFactory.getLogger(FetchNotices.class);

  /// Of one connection within a round of [PeerGossip#EVERY_MILLIS]: twice what a [Swarm] sends at
  /// most; the rest would only fill a download's queue.
  private static final int MAX_HEEDED_PER_ROUND = 400;

  private final Downloads downloads;
  private final HeededMessages heeded = new HeededMessages(MAX_HEEDED_PER_ROUND);

  FetchNotices(Downloads downloads) {
    this.downloads = downloads;
  }

  void round() {
    heeded.nextRound();
  }

  void heard(PeerConnection from, ByteBuffer bytes) {
    if (!heeded.heed(from)) {
      return;
    }
    try {
      FetchNotice notice = FetchNotice.decode(bytes);
      downloads.promised(notice.root(), from, notice.positions());
    } catch (PeerFaultException e) {
      LOG.info("peer {} sent a message that is none: {}", PeerKey.of(from), e.getMessage());
      from.close();
    }
  }
}
