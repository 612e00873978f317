package io.shoal.transport.quic;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.wire.address.HostPort;
import io.shoal.wire.admission.PendingHandshakes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections of peers that dial. All of them share the listening socket.
final class Listening implements Transport.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  private static final String KEY = "plugins.transport-quic.listen";

  /// Within the second that a listener has for its close.
  private static final long CLOSE_TIMEOUT_MILLIS = 400;

  private final RunningTransport running;
  private final QuicConnections connections;
  private final ChunkServer server;
  private final NewcomerGate gate = new NewcomerGate();
  private final AtomicInteger open = new AtomicInteger();
  private final Channel socket;
  private final Endpoint endpoint;
  private volatile boolean closed;

  /// See [io.shoal.api.Transport#listen].
  Listening(RunningTransport running, QuicConnections connections, ChunkServer server)
      throws UserFaultException, InterruptedException {
    this.running = running;
    this.connections = connections;
    this.server = server;
    this.socket = bind();
    InetSocketAddress local = (InetSocketAddress) socket.localAddress();
    this.endpoint = endpoint(local.getAddress(), local.getPort());
    running.context().listenPorts().put(QuicTransport.QUIC.name(), local.getPort());
  }

  private Endpoint endpoint(InetAddress host, int port) {
    HostPort known =
        host.isAnyLocalAddress()
            ? new HostPort(QuicSettings.ANY_HOST, port)
            : HostPort.of(host, port);
    return Endpoint.of(
        PeerAddress.of(known.uri(QuicTransport.QUIC.name())).withPeerId(running.context().self()),
        new Endpoint.Socket(Endpoint.Protocol.UDP, host, port));
  }

  @Override
  public List<Endpoint> endpoints() {
    return closed || !socket.isOpen() ? List.of() : List.of(endpoint);
  }

  @Override
  public void close() {
    closed = true;
    gate.close();
    // Hellos to come must not name a port that accepts nothing.
    running
        .context()
        .listenPorts()
        .remove(QuicTransport.QUIC.name(), endpoint.socket().map(Endpoint.Socket::port).orElse(0));
    if (open.get() == 0) {
      socket.close().awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS);
    }
  }

  private void ended() {
    if (open.decrementAndGet() == 0 && closed) {
      var _ = socket.close();
    }
  }

  private Channel bind() throws UserFaultException, InterruptedException {
    Optional<HostPort> given = running.settings().listen();
    HostPort wanted =
        given.orElse(new HostPort(QuicSettings.ANY_HOST, QuicSettings.PREFERRED_PORT));
    ChannelFuture bound = bind(wanted).await();
    if (!bound.isSuccess() && given.isEmpty()) {
      LOG.info("UDP port {} is taken: the system chooses another", wanted.port());
      bound = bind(new HostPort(wanted.host(), 0)).await();
    }
    if (!bound.isSuccess()) {
      throw new UserFaultException(
          "%s: cannot listen on UDP %s (%s): choose another address or end the program that uses it"
              .formatted(KEY, wanted, bound.cause().getMessage()),
          bound.cause());
    }
    return bound.channel();
  }

  private ChannelFuture bind(HostPort wanted) throws UserFaultException {
    return UdpSocket.bind(running, running.loops(), resolve(wanted), gate, codec());
  }

  private static InetSocketAddress resolve(HostPort wanted) throws UserFaultException {
    try {
      return new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
    } catch (UnknownHostException e) {
      throw new UserFaultException(
          KEY + ": the host '" + wanted.host() + "' is unknown: give an address of this machine",
          e);
    }
  }

  private ChannelHandler codec() {
    byte[] key = new byte[RetryTokens.KEY_SIZE_BYTES];
    running.random().nextBytes(key);
    return connections
        .set(new QuicServerCodecBuilder())
        .tokenHandler(new RetryTokens(key, running.context().nanoTime()))
        .option(ChannelOption.ALLOCATOR, running.context().allocator())
        .streamOption(ChannelOption.ALLOCATOR, running.context().allocator())
        .streamOption(ChannelOption.RECVBUF_ALLOCATOR, QuicConnections.receiveSizes())
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                accept(channel);
              }
            })
        .streamHandler(QuicConnections.streams())
        .build();
  }

  private void accept(QuicChannel channel) {
    open.incrementAndGet();
    channel.closeFuture().addListener(_ -> ended());
    if (!(channel.remoteSocketAddress() instanceof InetSocketAddress remote)
        || !running.inbound().hasRoom(remote.getAddress())) {
      LOG.debug("Refused a connection: too many are open");
      var _ = channel.close();
      return;
    }
    InetAddress from = remote.getAddress();
    PendingHandshakes.Pending handshake =
        running
            .handshakes()
            .enter(
                from,
                () -> {
                  var _ = channel.close();
                });
    // It answered the retry.
    handshake.spoke();
    channel.closeFuture().addListener(_ -> handshake.leave());
    // No caller waits for an inbound handshake: its failure is in the debug log.
    var _ =
        connections.setUp(
            channel,
            remote,
            Optional.empty(),
            server,
            () -> {
              handshake.leave();
              return takesPlace(from, channel);
            });
  }

  private boolean takesPlace(InetAddress from, Channel channel) {
    boolean taken = running.inbound().enter(from);
    if (taken) {
      channel.closeFuture().addListener(_ -> running.inbound().leave(from));
    }
    return taken;
  }
}
