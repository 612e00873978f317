package io.shoal.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelId;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Netty's channels, but for two things. Their ids are made without the hardware address of the
/// machine, of whose lack Netty would warn where there is no network card. And a fault after a
/// channel was closed (half of a TLS handshake that a stranger broke off, say) has no handler left,
/// and Netty would warn of it with a stack trace each time, so that any stranger could fill the
/// log.
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

    @Override
    protected ChannelId newId() {
      return new Id();
    }
  }

  /// A listener.
  static final class Listener extends NioServerSocketChannel {
    @Override
    protected ChannelId newId() {
      return new Id();
    }

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

  /// A channel's mark in log lines.
  private static final class Id implements ChannelId {
    private static final long serialVersionUID = 1;

    @Override
    public String asShortText() {
      return Integer.toHexString(System.identityHashCode(this));
    }

    @Override
    public String asLongText() {
      return asShortText();
    }

    @Override
    public int compareTo(ChannelId other) {
      return asShortText().compareTo(other.asShortText());
    }

    @Override
    public String toString() {
      return asShortText();
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
