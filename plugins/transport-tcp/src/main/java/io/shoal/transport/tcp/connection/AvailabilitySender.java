package io.shoal.transport.tcp.connection;

import io.netty.channel.ChannelFuture;
import io.shoal.wire.ConnectionMachine;
import io.shoal.wire.Frame;
import java.util.ArrayDeque;
import java.util.Optional;

/// Sends news to the peer's watches in turn: one frame at a time, and only when there is room. What
/// comes meanwhile is joined by [PeerWatch]. On the event loop.
final class AvailabilitySender {
  private final FrameHandler wire;
  private final ConnectionMachine machine;
  private final ArrayDeque<PeerWatch> due = new ArrayDeque<>();
  private boolean onTheirWay;

  AvailabilitySender(FrameHandler wire, ConnectionMachine machine) {
    this.wire = wire;
    this.machine = machine;
  }

  void due(PeerWatch watch) {
    due.add(watch);
    pump();
  }

  void pump() {
    while (!onTheirWay && !due.isEmpty() && wire.isWritable()) {
      PeerWatch watch = due.remove();
      Optional<Frame> frame = machine.isWatched(watch.id()) ? watch.next() : Optional.empty();
      frame.ifPresent(news -> send(watch, news));
    }
  }

  private void send(PeerWatch watch, Frame news) {
    due.add(watch);
    onTheirWay = true;
    machine.news(news);
    ChannelFuture write = wire.lastWrite();
    if (write != null) {
      write.addListener(
          _ -> {
            onTheirWay = false;
            pump();
          });
    }
  }

  void close() {
    due.clear();
  }
}
