package io.shoal.wire.connection;

import io.netty.channel.ChannelFuture;
import io.shoal.wire.ConnectionMachine;
import io.shoal.wire.Frame;
import java.util.ArrayDeque;
import java.util.Optional;

/// Sends updates to the peer's watches in turn: one frame at a time, and only when there is room.
/// Updates that come meanwhile are joined by [PeerWatch]. On the event loop.
final class AvailabilitySender {
  private final FrameHandler frames;
  private final ConnectionMachine machine;
  private final ArrayDeque<PeerWatch> due = new ArrayDeque<>();
  private boolean onTheWay;

  AvailabilitySender(FrameHandler frames, ConnectionMachine machine) {
    this.frames = frames;
    this.machine = machine;
  }

  void due(PeerWatch watch) {
    due.add(watch);
    pump();
  }

  void pump() {
    while (!onTheWay && !due.isEmpty() && frames.isWritable()) {
      PeerWatch watch = due.remove();
      Optional<Frame> frame = machine.isWatched(watch.id()) ? watch.next() : Optional.empty();
      frame.ifPresent(update -> send(watch, update));
    }
  }

  private void send(PeerWatch watch, Frame update) {
    due.add(watch);
    onTheWay = true;
    machine.update(update);
    ChannelFuture write = frames.lastWrite();
    if (write != null) {
      write.addListener(
          _ -> {
            onTheWay = false;
            pump();
          });
    }
  }

  void close() {
    due.clear();
  }
}
