package io.shoal.runtime;

import io.shoal.api.PeerConnection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// A peer of one download. Confined to the download's thread, but for the counters.
final class DownloadPeer {
  final int id;
  final PeerConnection connection;
  final PeerKey key;

  /// Bytes as they arrive, and what of them was told to the swarm.
  final LongAdder received = new LongAdder();

  long toldBytes;

  /// News of the peer that wait for the download's thread; a peer that floods is not listened to.
  final AtomicInteger pendingNews = new AtomicInteger();

  PeerConnection.Watch watch = () -> {};

  DownloadPeer(int id, PeerConnection connection) {
    this.id = id;
    this.connection = connection;
    this.key = PeerKey.of(connection);
  }

  String scheme() {
    return connection.remote().address().scheme();
  }
}
