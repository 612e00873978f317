package io.shoal.transport.tcp;

import static io.shoal.transport.tcp.TcpTransport.TCP;
import static io.shoal.transport.tcp.TcpTransport.TCPS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.PeerAddress;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import io.shoal.wire.address.HostPort;
import io.shoal.wire.admission.PendingHandshakes;
import io.shoal.wire.connection.WireConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections of peers that dial.
final class Listening {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

  /// For each of two sockets at most, within the second that a listener has for its close.
  private static final long CLOSE_TIMEOUT_MILLIS = 400;

  private final RunningTransport running;

  Listening(RunningTransport running) {
    this.running = running;
  }

  /// See [io.shoal.api.Transport#listen].
  Transport.Listener listen(Set<String> schemes, ChunkServer server)
      throws ShoalException, InterruptedException {
    List<String> sorted = schemes.stream().sorted(Comparator.reverseOrder()).toList();
    List<Bound> bound = new ArrayList<>();
    boolean done = false;
    try {
      for (String scheme : sorted) {
        bound.add(open(scheme, bind(scheme, sorted.size() > 1, server)));
      }
      done = true;
    } finally {
      if (!done) {
        end(bound);
      }
    }
    return new Sockets(bound);
  }

  /// A socket that accepts connections.
  private record Bound(Channel channel, Endpoint endpoint) {}

  private final class Sockets implements Transport.Listener {
    private final List<Bound> bound;

    Sockets(List<Bound> bound) {
      this.bound = List.copyOf(bound);
    }

    @Override
    public List<Endpoint> endpoints() {
      return bound.stream()
          .filter(socket -> socket.channel().isOpen())
          .map(Bound::endpoint)
          .toList();
    }

    @Override
    public void close() {
      end(bound);
    }
  }

  private Bound open(String scheme, Channel listener) {
    running.channels().add(listener);
    listener.closeFuture().addListener(_ -> running.channels().remove(listener));
    InetSocketAddress local = (InetSocketAddress) listener.localAddress();
    running.context().listenPorts().put(scheme, local.getPort());
    InetAddress host = local.getAddress();
    String uri =
        host.isAnyLocalAddress()
            ? new HostPort(TcpSettings.ANY_HOST, local.getPort()).uri(scheme)
            : HostPort.of(host, local.getPort()).uri(scheme);
    PeerAddress address = PeerAddress.of(uri);
    return new Bound(
        listener,
        Endpoint.of(
            scheme.equals(TCPS.name()) ? address.withPeerId(running.context().self()) : address,
            new Endpoint.Socket(Endpoint.Protocol.TCP, host, local.getPort())));
  }

  private void end(List<Bound> sockets) {
    List<ChannelFuture> ends = new ArrayList<>();
    for (Bound socket : sockets) {
      // Hellos to come must not name a port that accepts nothing.
      running.context().listenPorts().remove(socket.endpoint().address().scheme());
      ends.add(socket.channel().close());
    }
    // An event loop closes each: until then the socket accepts.
    ends.forEach(end -> end.awaitUninterruptibly(CLOSE_TIMEOUT_MILLIS));
  }

  private Channel bind(String scheme, boolean several, ChunkServer server)
      throws UserFaultException, InterruptedException {
    boolean encrypted = encrypted(scheme);
    TcpSettings settings = running.settings();
    boolean second = several && !encrypted;
    String key = "plugins.transport-tcp." + (second ? "listenPlain" : "listen");
    Optional<HostPort> given = second ? settings.listenPlain() : settings.listen();
    HostPort wanted =
        given.orElse(
            new HostPort(
                settings.listen().map(HostPort::host).orElse(TcpSettings.ANY_HOST),
                second ? 0 : TcpSettings.PREFERRED_PORT));
    ServerBootstrap bootstrap = serverBootstrap(scheme, encrypted, server);
    ChannelFuture bound = bootstrap.bind(resolve(wanted, key)).await();
    if (!bound.isSuccess() && given.isEmpty()) {
      LOG.info("Port {} is taken: the system chooses another", wanted.port());
      bound = bootstrap.bind(resolve(new HostPort(wanted.host(), 0), key)).await();
    }
    if (!bound.isSuccess()) {
      throw new UserFaultException(
          "%s: cannot listen on %s (%s): choose another address or end the program that uses it"
              .formatted(key, wanted, bound.cause().getMessage()),
          bound.cause());
    }
    return bound.channel();
  }

  private boolean encrypted(String scheme) {
    if (!scheme.equals(TCPS.name()) && !scheme.equals(TCP.name())) {
      throw new IllegalArgumentException("transport-tcp has no scheme '" + scheme + "'");
    }
    return scheme.equals(TCPS.name());
  }

  private InetSocketAddress resolve(HostPort wanted, String key) throws UserFaultException {
    try {
      return new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port());
    } catch (UnknownHostException e) {
      throw new UserFaultException(
          key + ": the host '" + wanted.host() + "' is unknown: give an address of this machine",
          e);
    }
  }

  private ServerBootstrap serverBootstrap(String scheme, boolean encrypted, ChunkServer server) {
    return new ServerBootstrap()
        .group(running.loops())
        .channelFactory(PeerChannels.Listener::new)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.ALLOCATOR, running.context().allocator())
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, Pipelines.receiveSizes())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                accept(scheme, encrypted, server, channel);
              }
            });
  }

  private void accept(String scheme, boolean encrypted, ChunkServer server, Channel channel) {
    InetAddress from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    if (!running.inbound().hasRoom(from)) {
      LOG.debug("Refused a connection from {}: too many are open", from);
      var _ = channel.close();
      return;
    }
    PendingHandshakes.Pending handshake =
        running
            .handshakes()
            .enter(
                from,
                () -> {
                  var _ = channel.close();
                });
    channel.closeFuture().addListener(_ -> handshake.leave());
    channel
        .pipeline()
        .addLast(
            new FirstBytes(
                encrypted,
                "it must dial this node's other address",
                ctx -> {
                  handshake.spoke();
                  if (encrypted) {
                    addTls(ctx);
                  }
                }));
    WireConnection connection =
        new WireConnection(
            running.context(),
            scheme,
            Optional.empty(),
            server,
            new TcpCarrier(running, channel, encrypted),
            () -> {
              handshake.leave();
              return takesPlace(from, channel);
            });
    // No caller waits for an inbound handshake: its failure is in the debug log.
    Pipelines.setUp(running, connection, channel, Optional.empty());
  }

  /// Not before the first bytes came: a peer that sends none should cost next to nothing.
  private void addTls(ChannelHandlerContext ctx) {
    ctx.pipeline().addAfter(ctx.name(), null, Pipelines.tls(running, running.tls().serverEngine()));
  }

  private boolean takesPlace(InetAddress from, Channel channel) {
    boolean taken = running.inbound().enter(from);
    if (taken) {
      channel.closeFuture().addListener(_ -> running.inbound().leave(from));
    }
    return taken;
  }
}
