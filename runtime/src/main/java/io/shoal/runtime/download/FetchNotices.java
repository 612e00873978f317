package io.shoal.runtime.download;

import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.connection.MessageQuota;
import java.nio.ByteBuffer;

/// Hears what other downloaders fetch. Usable from any thread.
public final class FetchNotices {

  /// Of one connection within a round of [PeerGossip#EVERY_MILLIS]: twice what a [Swarm] sends at
  /// most; the rest would only fill a download's queue.
  private static final int MAX_HEEDED_PER_ROUND = 400;

  private final Downloads downloads;
  private final Connections connections;
  private final MessageQuota heeded = new MessageQuota(MAX_HEEDED_PER_ROUND);

  public FetchNotices(Downloads downloads, Connections connections) {
    this.downloads = downloads;
    this.connections = connections;
  }

  public void round() {
    heeded.nextRound();
  }

  public void heard(PeerConnection from, ByteBuffer bytes) {
    if (!heeded.take(from)) {
      return;
    }
    try {
      FetchNotice notice = FetchNotice.decode(bytes);
      downloads.fetching(notice.root(), from, notice.positions());
    } catch (PeerFaultException e) {
      connections.brokeRules(from, "it sent a message that is none: " + e.getMessage());
    }
  }
}
