package io.shoal.runtime.download;

import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.PeerKey;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// A peer of one download. Confined to the download's thread, but for the fields that say so.
final class DownloadPeer {
  final int id;
  final PeerConnection connection;
  final PeerKey key;

  /// Bytes as they arrive. From any thread.
  final LongAdder received = new LongAdder();

  /// How many of them were reported to the swarm.
  long countedBytes;

  /// Updates that the peer sent and the download's thread has not handled yet. From any thread.
  final PendingAvailability pending = new PendingAvailability();

  PeerConnection.Watch watch = () -> {};

  /// Whether a fetch notice is being sent to it: further ones are dropped meanwhile. From any
  /// thread.
  final AtomicBoolean sending = new AtomicBoolean();

  DownloadPeer(int id, PeerConnection connection) {
    this.id = id;
    this.connection = connection;
    this.key = PeerKey.of(connection);
  }

  String scheme() {
    return connection.remote().address().scheme();
  }
}
