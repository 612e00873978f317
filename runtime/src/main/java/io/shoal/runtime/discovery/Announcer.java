package io.shoal.runtime.discovery;

import io.shoal.api.Cid;
import io.shoal.api.Discovery;
import io.shoal.api.PeerAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Reports to every discovery where this node is reached, and hands it the keys of what this node
/// has; the discovery queues, paces and renews them. Usable from any thread.
public final class Announcer implements AutoCloseable {
  private final List<AnnouncementQueue> queues;
  private boolean started;

  /// @param discoveries the active ones by plugin id
  /// @param withheld whether a key must not be announced now; called from several threads, must not
  ///   block
  public Announcer(Map<String, Discovery> discoveries, Predicate<Cid> withheld) {
    this.queues =
        discoveries.entrySet().stream()
            .map(entry -> new AnnouncementQueue(entry.getKey(), entry.getValue(), withheld))
            .toList();
  }

  /// Where this node is reached from now on. Called at the start, whether or not anything is to be
  /// announced, and at every change. Nothing is announced before the first call.
  ///
  /// @param endpoints all of them; none if this node cannot be reached
  public synchronized void reachableAt(List<PeerAddress> endpoints) {
    List<PeerAddress> now = List.copyOf(endpoints);
    queues.forEach(queue -> queue.reachableAt(now));
    if (!started) {
      started = true;
      queues.forEach(AnnouncementQueue::start);
    }
  }

  void announce(Cid cid) {
    Cid key = cid.toV1();
    if (!key.isIdentity()) {
      queues.forEach(queue -> queue.announce(key));
    }
  }

  void withdraw(Cid cid) {
    Cid key = cid.toV1();
    queues.forEach(queue -> queue.withdraw(key));
  }

  /// How many keys a discovery has yet to take up.
  public int waiting() {
    return queues.stream().mapToInt(AnnouncementQueue::waiting).max().orElse(0);
  }

  @Override
  public void close() {
    queues.forEach(AnnouncementQueue::close);
  }
}
