package io.shoal.transport.tcp.connection;

import io.shoal.api.Availability;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.wire.Frame;
import io.shoal.wire.PendingAvailability;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A watch that the peer holds here: joins the node's news until the connection has room for them.
final class PeerWatch {
  private final int id;
  private final Consumer<PeerWatch> newsDue;
  private final ReentrantLock lock = new ReentrantLock();
  private final PendingAvailability pending = new PendingAvailability();
  private boolean queued;
  private boolean ended;
  private PeerConnection.@Nullable Watch watch;

  /// @param newsDue called from any thread, once until [#next] said that nothing is left
  PeerWatch(int id, Consumer<PeerWatch> newsDue) {
    this.id = id;
    this.newsDue = newsDue;
  }

  int id() {
    return id;
  }

  /// Asks the node, which may block.
  void begin(ChunkServer server, PeerConnection from, Cid root) {
    PeerConnection.Watch begun = server.watch(from, root, this::told);
    boolean late;
    lock.lock();
    try {
      watch = begun;
      late = ended;
    } finally {
      lock.unlock();
    }
    if (late) {
      begun.close();
    }
  }

  private void told(Availability news) {
    boolean first;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      pending.add(news);
      first = !queued && !pending.isEmpty();
      queued |= first;
    } finally {
      lock.unlock();
    }
    if (first) {
      newsDue.accept(this);
    }
  }

  /// The next frame, if there is news.
  Optional<Frame> next() {
    lock.lock();
    try {
      Optional<Frame> frame = ended ? Optional.empty() : pending.next(id);
      queued = frame.isPresent();
      return frame;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the node's side of it. May block.
  void end() {
    PeerConnection.Watch begun;
    lock.lock();
    try {
      ended = true;
      begun = watch;
    } finally {
      lock.unlock();
    }
    if (begun != null) {
      begun.close();
    }
  }
}
