package io.shoal.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Netty's channels, but for one thing: a fault after a channel was closed (half of a TLS handshake
/// that a stranger broke off, say) has no handler left, and Netty would warn of it with a stack
/// trace each time, so that any stranger could fill the log.
final class PeerChannels {
  private static final Logger LOG = LoggerFactory.getLogger(PeerChannels.class);

  private PeerChannels() {}

  /// A connection.
  static final class Connection extends NioSocketChannel {
    Connection() {}

    private Connection(Channel parent, SocketChannel accepted) {
      super(parent, accepted);
    }

    @Override
    protected DefaultChannelPipeline newChannelPipeline() {
      return new QuietPipeline(this);
    }
  }

  /// A listener.
  static final class Listener extends NioServerSocketChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws IOException {
      SocketChannel socket = javaChannel().accept();
      if (socket == null) {
        return 0;
      }
      accepted.add(new Connection(this, socket));
      return 1;
    }
  }

  private static final class QuietPipeline extends DefaultChannelPipeline {
    QuietPipeline(Channel channel) {
      super(channel);
    }

    @Override
    protected void onUnhandledInboundException(Throwable cause) {
      LOG.debug("{} failed after its end: {}", channel(), cause.toString());
      ReferenceCountUtil.release(cause);
    }
  }
}
