package io.shoal.transport.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.shoal.api.PeerFaultException;
import java.util.function.Consumer;

/// Looks at the first bytes of a channel, before any other handler does, and leaves it. Where one
/// side speaks TLS and the other does not, each can say so at once.
final class FirstBytes extends ChannelInboundHandlerAdapter {
  /// The types of the records with which a side of TLS begins (RFC 8446 §5.1): a hello, or an alert
  /// at what it does not understand. No hello of `shoal/1` begins so: its length is below 4,096.
  private static final int HANDSHAKE = 0x16;

  private static final int ALERT = 0x15;

  /// A fatal alert, "unexpected_message" (RFC 8446 §6.2): it shows the other side what is here.
  private static final byte[] UNEXPECTED = {ALERT, 3, 3, 0, 2, 2, 10};

  private final boolean encrypted;
  private final String cure;
  private final Consumer<ChannelHandlerContext> came;

  /// @param encrypted whether TLS is to come, which the other side begins
  /// @param cure ends the message if it is the other way round
  /// @param came may add handlers after this one; they are given the bytes
  FirstBytes(boolean encrypted, String cure, Consumer<ChannelHandlerContext> came) {
    this.encrypted = encrypted;
    this.cure = cure;
    this.came = came;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    int type = bytes.getUnsignedByte(bytes.readerIndex());
    boolean tls = type == HANDSHAKE || !encrypted && type == ALERT;
    if (tls == encrypted) {
      came.accept(ctx);
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(message);
      return;
    }
    ReferenceCountUtil.release(message);
    if (encrypted) {
      var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(UNEXPECTED));
    }
    ctx.fireExceptionCaught(
        new PeerFaultException(
            "the peer there " + (tls ? "speaks TLS" : "does not speak TLS") + ": " + cure));
  }
}
