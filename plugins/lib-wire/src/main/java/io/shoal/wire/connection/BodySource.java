package io.shoal.wire.connection;

import io.shoal.wire.transfer.ReceiveWindows;
import io.shoal.wire.transfer.ReceivedBody;

/// A request of ours on its connection. Its id is known to the event loop alone, once it was sent.
final class BodySource implements ReceivedBody.Source {
  private final EventLoop loop;
  private final FrameHandler frames;
  private final ReceiveWindows windows;
  private final int windowBytes;
  private int id;

  /// @param windowBytes what the request was given of the node's receive windows
  BodySource(EventLoop loop, FrameHandler frames, ReceiveWindows windows, int windowBytes) {
    this.loop = loop;
    this.frames = frames;
    this.windows = windows;
    this.windowBytes = windowBytes;
  }

  /// On the event loop.
  void id(int newId) {
    id = newId;
  }

  @Override
  public void credit(int sizeBytes) {
    loop.run(() -> frames.credit(id, sizeBytes));
  }

  @Override
  public void cancel() {
    loop.run(() -> frames.cancel(id));
  }

  @Override
  public void closed() {
    windows.give(windowBytes);
  }
}
