package io.shoal.wire.connection;

import io.shoal.api.Availability;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.wire.Frame;
import io.shoal.wire.PendingAvailability;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A watch that the peer holds here: joins the node's updates until the connection has room for
/// them.
final class PeerWatch {
  private final int id;
  private final Consumer<PeerWatch> updateDue;
  private final PendingAvailability pending = new PendingAvailability();
  private boolean queued;
  private boolean ended;
  private PeerConnection.@Nullable Watch watch;

  /// @param updateDue called from any thread, once until [#next] finds nothing left
  PeerWatch(int id, Consumer<PeerWatch> updateDue) {
    this.id = id;
    this.updateDue = updateDue;
  }

  int id() {
    return id;
  }

  /// Asks the node, which may block.
  void begin(ChunkServer server, PeerConnection from, Cid root) {
    PeerConnection.Watch begun = server.watch(from, root, this::update);
    boolean late;
    synchronized (this) {
      watch = begun;
      late = ended;
    }
    if (late) {
      begun.close();
    }
  }

  private void update(Availability update) {
    boolean first;
    synchronized (this) {
      if (ended) {
        return;
      }
      pending.add(update);
      first = !queued && !pending.isEmpty();
      queued |= first;
    }
    if (first) {
      updateDue.accept(this);
    }
  }

  /// The next frame, if there is an update.
  synchronized Optional<Frame> next() {
    Optional<Frame> frame = ended ? Optional.empty() : pending.next(id);
    queued = frame.isPresent();
    return frame;
  }

  /// Ends the node's side of it. May block.
  void end() {
    PeerConnection.Watch begun;
    synchronized (this) {
      ended = true;
      begun = watch;
    }
    if (begun != null) {
      begun.close();
    }
  }
}
