package io.shoal.transport.tcp.connection;

import io.shoal.api.Availability;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;

/// A watch that this node holds at the peer.
final class OwnWatch implements PeerConnection.Watch {
  private final TcpConnection link;
  private final PeerConnection.AvailabilityListener listener;
  private volatile boolean closed;
  // Known to the event loop alone; 0 before the watch was sent.
  private int id;
  private boolean ended;

  OwnWatch(TcpConnection link, PeerConnection.AvailabilityListener listener) {
    this.link = link;
    this.listener = listener;
  }

  /// On the event loop.
  void begin(Cid root) {
    if (!link.wire().isClosing()) {
      id = link.wire().watch(root);
      link.watching(id, this);
    }
  }

  void tell(Availability news) {
    if (!closed) {
      listener.availability(news);
    }
  }

  @Override
  public void close() {
    closed = true;
    link.onLoop(this::end);
  }

  private void end() {
    if (!ended) {
      ended = true;
      link.watchEnded(id);
    }
  }
}
