package io.shoal.runtime.download;

import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.runtime.connection.Connections;
import io.shoal.runtime.connection.FetchNotice;
import io.shoal.runtime.connection.MessageQuota;
import java.nio.ByteBuffer;

/// Receives what other downloaders announce to fetch, and passes it to the downloads of the same
/// root. Usable from any thread.
public final class FetchNotices {
  /// Notices of one connection that are handled in a round: twice what a swarm sends at most; more
  /// would only fill a download's queue.
  private static final int MAX_PER_ROUND = 400;

  private final Downloads downloads;
  private final Connections connections;
  private final MessageQuota quota = new MessageQuota(MAX_PER_ROUND);

  public FetchNotices(Downloads downloads, Connections connections) {
    this.downloads = downloads;
    this.connections = connections;
  }

  /// Another round begins; called every
  /// [EVERY_MILLIS][io.shoal.runtime.serving.PeerGossip#EVERY_MILLIS].
  public void round() {
    quota.nextRound();
  }

  public void heard(PeerConnection from, ByteBuffer bytes) {
    if (!quota.take(from)) {
      return;
    }
    try {
      FetchNotice notice = FetchNotice.decode(bytes);
      downloads.fetching(notice.root(), from, notice.positions());
    } catch (PeerFaultException e) {
      connections.brokeRules(from, "it sent a malformed fetch notice: " + e.getMessage());
    }
  }
}
