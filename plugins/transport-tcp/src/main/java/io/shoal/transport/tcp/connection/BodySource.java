package io.shoal.transport.tcp.connection;

import io.shoal.transport.tcp.transfer.ReceivedBody;

/// A request of ours on its connection. Its id is known to the event loop alone, once it was sent.
final class BodySource implements ReceivedBody.Source {
  private final TcpConnection link;
  private final int windowBytes;
  private int id;

  /// @param windowBytes what the request was given of the node's receive windows
  BodySource(TcpConnection link, int windowBytes) {
    this.link = link;
    this.windowBytes = windowBytes;
  }

  /// On the event loop.
  void id(int newId) {
    id = newId;
  }

  @Override
  public void credit(int sizeBytes) {
    link.onLoop(() -> link.wire().credit(id, sizeBytes));
  }

  @Override
  public void cancel() {
    link.onLoop(() -> link.wire().cancel(id));
  }

  @Override
  public void closed() {
    link.receiveWindows().give(windowBytes);
  }
}
