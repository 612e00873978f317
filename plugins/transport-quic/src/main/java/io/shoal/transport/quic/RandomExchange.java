package io.shoal.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.shoal.api.TlsContext;
import java.util.function.Consumer;

/// The random bytes with which each side begins the control stream: with the certificates they bind
/// proofs to the connection, since QUIC's TLS has no exporter here. Takes the peer's and leaves.
final class RandomExchange extends ChannelInboundHandlerAdapter {
  static final int SIZE_BYTES = TlsContext.CHANNEL_BINDING_RANDOM_SIZE_BYTES;

  private final Consumer<byte[]> came;
  private final ByteBuf collected = Unpooled.buffer(SIZE_BYTES, SIZE_BYTES);

  RandomExchange(Consumer<byte[]> came) {
    this.came = came;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    bytes.readBytes(collected, Math.min(bytes.readableBytes(), collected.writableBytes()));
    if (collected.isWritable()) {
      bytes.release();
      return;
    }
    came.accept(collected.array());
    if (bytes.isReadable()) {
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
    ctx.pipeline().remove(this);
  }
}
