package io.shoal.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/// Hands what is written between two flushes on as one: else the head of a frame would travel in a
/// packet of its own.
final class WriteGatherer extends ChannelOutboundHandlerAdapter {

  private record Write(ByteBuf bytes, ChannelPromise promise) {}

  private final Output output;
  private List<Write> gathered = new ArrayList<>();

  WriteGatherer(Output output) {
    this.output = output;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    output.began();
    promise.addListener(_ -> output.ended());
    gathered.add(new Write((ByteBuf) message, promise));
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    List<Write> writes = gathered;
    if (writes.isEmpty()) {
      return;
    }
    gathered = new ArrayList<>();
    if (writes.size() == 1) {
      var _ = ctx.writeAndFlush(writes.getFirst().bytes(), writes.getFirst().promise());
      return;
    }
    CompositeByteBuf all = ctx.alloc().compositeDirectBuffer(writes.size());
    writes.forEach(write -> all.addComponent(true, write.bytes()));
    ctx.writeAndFlush(all)
        .addListener(
            done -> {
              for (Write write : writes) {
                if (done.isSuccess()) {
                  write.promise().trySuccess();
                } else {
                  write.promise().tryFailure(done.cause());
                }
              }
            });
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    List<Write> lost = gathered;
    gathered = new ArrayList<>();
    for (Write write : lost) {
      write.bytes().release();
      write.promise().tryFailure(new ClosedChannelException());
    }
  }
}
