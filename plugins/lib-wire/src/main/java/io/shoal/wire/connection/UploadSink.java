package io.shoal.wire.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCounted;
import io.shoal.api.Refusal;
import io.shoal.wire.transfer.Budget;
import io.shoal.wire.transfer.ChunkUpload;

/// Hands the answer to one request of the peer's over to the event loop.
record UploadSink(
    EventLoop loop, FrameHandler frames, ByteBufAllocator allocator, Budget outbound, int id)
    implements ChunkUpload.Sink {

  @Override
  public void answer(int sizeBytes) {
    loop.run(() -> frames.answer(id, sizeBytes));
  }

  @Override
  public void data(ReferenceCounted payload, int sizeBytes, Runnable written) {
    boolean taken = loop.run(() -> frames.data(id, payload, sizeBytes, written));
    if (!taken) {
      payload.release();
      written.run();
    }
  }

  @Override
  public ByteBuf buffer(int sizeBytes) {
    return allocator.directBuffer(sizeBytes);
  }

  @Override
  public void end() {
    loop.run(() -> frames.end(id));
  }

  @Override
  public void refuse(Refusal reason) {
    loop.run(() -> frames.refuse(id, reason));
  }
}
