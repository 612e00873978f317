package io.shoal.runtime.connection;

import io.shoal.api.PeerConnection;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// How many messages of one kind each connection sent within a round: what is beyond the bound is
/// noise. Usable from any thread.
public final class MessageQuota {
  private final int maxPerRound;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<PeerConnection, Integer> heeded = new WeakHashMap<>();

  /// @param maxPerRound of one connection
  public MessageQuota(int maxPerRound) {
    this.maxPerRound = maxPerRound;
  }

  /// Counts a message.
  ///
  /// @return whether it is to be heeded
  public boolean heed(PeerConnection from) {
    lock.lock();
    try {
      return heeded.merge(from, 1, Integer::sum) <= maxPerRound;
    } finally {
      lock.unlock();
    }
  }

  public void nextRound() {
    lock.lock();
    try {
      heeded.clear();
    } finally {
      lock.unlock();
    }
  }
}
