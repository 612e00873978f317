package io.shoal.runtime;

import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears what other downloaders fetch. Usable from any thread.
final class FetchNotices {
  private static final Logger LOG = LoggerFactory.getLogger(FetchNotices.class);

  /// Of one connection within a round of [PeerGossip#EVERY_MILLIS]: twice what a [Swarm] sends at
  /// most; the rest would only fill a download's queue.
  private static final int MAX_HEEDED_PER_ROUND = 400;

  private final Downloads downloads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerConnection, Integer> heeded = new WeakHashMap<>();

  FetchNotices(Downloads downloads) {
    this.downloads = downloads;
  }

  void round() {
    lock.lock();
    try {
      heeded.clear();
    } finally {
      lock.unlock();
    }
  }

  void heard(PeerConnection from, ByteBuffer bytes) {
    lock.lock();
    try {
      if (heeded.merge(from, 1, Integer::sum) > MAX_HEEDED_PER_ROUND) {
        return;
      }
    } finally {
      lock.unlock();
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
