package io.shoal.transport.tcp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/// Notices the first bytes of a channel, before any other handler does, and leaves it.
final class FirstBytes extends ChannelInboundHandlerAdapter {
  private final Consumer<ChannelHandlerContext> came;

  /// @param came may add handlers after this one; they are given the bytes
  FirstBytes(Consumer<ChannelHandlerContext> came) {
    this.came = came;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    came.accept(ctx);
    ctx.pipeline().remove(this);
    ctx.fireChannelRead(message);
  }
}
