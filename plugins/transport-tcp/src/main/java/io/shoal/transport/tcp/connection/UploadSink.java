package io.shoal.transport.tcp.connection;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import io.shoal.api.Refusal;
import io.shoal.transport.tcp.transfer.Budget;
import io.shoal.transport.tcp.transfer.ChunkUpload;

/// Hands the answer to one request of the peer's over to the event loop.
record UploadSink(TcpConnection link, int id) implements ChunkUpload.Sink {

  @Override
  public void answer(int sizeBytes) {
    link.onLoop(() -> link.wire().answer(id, sizeBytes));
  }

  @Override
  public void data(ReferenceCounted payload, int sizeBytes, Runnable written) {
    boolean taken = link.onLoop(() -> link.wire().data(id, payload, sizeBytes, written));
    if (!taken) {
      payload.release();
      written.run();
    }
  }

  @Override
  public ByteBuf buffer(int sizeBytes) {
    return link.shared().allocator().directBuffer(sizeBytes);
  }

  @Override
  public void end() {
    link.onLoop(() -> link.wire().end(id));
  }

  @Override
  public void refuse(Refusal reason) {
    link.onLoop(() -> link.wire().refuse(id, reason));
  }

  @Override
  public Budget outbound() {
    return link.outbound();
  }
}
