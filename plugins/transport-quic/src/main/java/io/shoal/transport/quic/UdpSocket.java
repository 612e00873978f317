package io.shoal.transport.quic;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// UDP sockets under QUIC.
final class UdpSocket {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);

  // A packet, and room for those of a peer that sends larger ones.
  private static final int DATAGRAM_SIZE_BYTES = 2048;

  // What 1 Gbit/s brings while the event loop is busy for 16 ms. The system may give less.
  private static final int SYSTEM_BUFFER_SIZE_BYTES = 2 << 20;

  private UdpSocket() {}

  /// @param handlers of its datagrams, in their order
  static ChannelFuture bind(
      RunningTransport running,
      EventLoopGroup loops,
      SocketAddress address,
      ChannelHandler... handlers) {
    return new Bootstrap()
        .group(loops)
        .channelFactory(NioDatagramChannel::new)
        .option(ChannelOption.ALLOCATOR, running.context().allocator())
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM_SIZE_BYTES))
        .option(ChannelOption.SO_RCVBUF, SYSTEM_BUFFER_SIZE_BYTES)
        .option(ChannelOption.SO_SNDBUF, SYSTEM_BUFFER_SIZE_BYTES)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel socket) {
                running.sockets().add(socket);
                socket.closeFuture().addListener(_ -> running.sockets().remove(socket));
                socket.pipeline().addLast(handlers).addLast(new Quiet());
              }
            })
        .bind(address);
  }

  /// What a stranger's datagram or an interface that went causes is no news: without it Netty warns
  /// with a stack trace each time.
  private static final class Quiet extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debug("{}: {}", ctx.channel(), cause.toString());
    }
  }
}
