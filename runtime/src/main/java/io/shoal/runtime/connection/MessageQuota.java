package io.shoal.runtime.connection;

import io.shoal.api.PeerConnection;
import io.shoal.runtime.peer.WeakConnectionMap;

/// Counts the messages of one kind that each connection sends within a round; those above the limit
/// are ignored. Usable from any thread.
public final class MessageQuota {
  private final int maxPerRound;
  private final WeakConnectionMap<Integer> counts = new WeakConnectionMap<>();

  /// @param maxPerRound of one connection
  public MessageQuota(int maxPerRound) {
    this.maxPerRound = maxPerRound;
  }

  /// Counts a message.
  ///
  /// @return whether it is within the limit
  public synchronized boolean take(PeerConnection from) {
    return counts.merge(from, 1, Integer::sum) <= maxPerRound;
  }

  public synchronized void nextRound() {
    counts.clear();
  }
}
