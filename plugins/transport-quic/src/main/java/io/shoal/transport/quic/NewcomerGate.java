package io.shoal.transport.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/// Lets no new connection begin once the listener is closed, while those that are open go on over
/// the same socket: drops the packets with which connections begin.
final class NewcomerGate extends ChannelInboundHandlerAdapter {
  // A long header whose type is Initial (RFC 9000 §17.2.2). Version 2 (RFC 9369) has other numbers,
  // and is not spoken.
  private static final int LONG_HEADER_AND_TYPE = 0xb0;
  private static final int INITIAL = 0x80;

  private volatile boolean closed;

  void close() {
    closed = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    DatagramPacket packet = (DatagramPacket) message;
    ByteBuf bytes = packet.content();
    boolean begins =
        bytes.isReadable()
            && (bytes.getByte(bytes.readerIndex()) & LONG_HEADER_AND_TYPE) == INITIAL;
    if (closed && begins) {
      packet.release();
    } else {
      ctx.fireChannelRead(packet);
    }
  }
}
