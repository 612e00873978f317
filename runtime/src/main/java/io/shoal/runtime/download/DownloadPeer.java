package io.shoal.runtime.download;

import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.PeerKey;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// A peer of one download. Confined to the download's thread, but for the counter and the news.
final class DownloadPeer {
  final int id;
  final PeerConnection connection;
  final PeerKey key;

  /// Bytes as they arrive, and what of them was told to the swarm.
  final LongAdder received = new LongAdder();

  long toldBytes;

  /// What the peer told and the download's thread has not heard yet.
  final PendingAvailability news = new PendingAvailability();

  PeerConnection.Watch watch = () -> {};

  /// Whether a message to it waits to be taken: further ones are left out meanwhile.
  final AtomicBoolean telling = new AtomicBoolean();

  DownloadPeer(int id, PeerConnection connection) {
    this.id = id;
    this.connection = connection;
    this.key = PeerKey.of(connection);
  }

  String scheme() {
    return connection.remote().address().scheme();
  }
}
