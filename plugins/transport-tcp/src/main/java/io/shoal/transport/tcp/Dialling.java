package io.shoal.transport.tcp;

import static io.shoal.transport.tcp.TcpTransport.TCP;
import static io.shoal.transport.tcp.TcpTransport.TCPS;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.shoal.api.ChunkServer;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.wire.address.DialFailure;
import io.shoal.wire.address.HostLookup;
import io.shoal.wire.address.HostPort;
import io.shoal.wire.address.SoleLink;
import io.shoal.wire.connection.WireConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Makes connections.
final class Dialling {
  // The Transport contract: connect blocks at most 10 s.
  private static final long CONNECT_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RunningTransport running;

  Dialling(RunningTransport running) {
    this.running = running;
  }

  /// See [io.shoal.api.Transport#connect].
  PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    boolean encrypted = address.scheme().equals(TCPS.name());
    HostPort target = target(address);
    if (!encrypted && address.peerId().isPresent()) {
      throw new InvalidInputException(
          address + ": 'tcp' proves no identity: use tcps, or leave out the peer id");
    }
    long deadline = System.nanoTime() + CONNECT_DEADLINE_NANOS;
    ShoalException last = new PeerUnreachableException(address + ": the host has no address");
    HostLookup names = new HostLookup(running.context().threads());
    for (InetAddress host : names.addresses(target.host(), address, deadline - System.nanoTime())) {
      try {
        return dial(
            address, new InetSocketAddress(SoleLink.zoned(host), target.port()), server, deadline);
      } catch (RetryableException e) {
        last = e;
      }
    }
    throw last;
  }

  private HostPort target(PeerAddress address) throws InvalidInputException {
    String scheme = address.scheme();
    boolean ours = scheme.equals(TCPS.name()) || scheme.equals(TCP.name());
    boolean whole = address.host().isPresent() && address.port().isPresent();
    Optional<HostPort> target =
        ours && whole && address.path().isEmpty()
            ? HostPort.ofUri(address.host().get(), address.port().getAsInt(), address.query())
            : Optional.empty();
    return target.orElseThrow(
        () ->
            new InvalidInputException(
                "'" + address + "' is not of the form tcps://HOST:PORT or tcp://HOST:PORT"));
  }

  private WireConnection dial(
      PeerAddress address, InetSocketAddress target, ChunkServer server, long deadline)
      throws ShoalException, InterruptedException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left <= 0) {
      throw new PeerUnreachableException(address + ": no peer answered in time");
    }
    CompletableFuture<WireConnection> ready = new CompletableFuture<>();
    long connectMillis = Math.min(left, running.settings().connectTimeout().toMillis());
    ChannelFuture connecting =
        bootstrap(address, server, (int) connectMillis, ready).connect(target);
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            ready.completeExceptionally(DialFailure.ofSocket(address, done.cause()));
          }
        });
    boolean connected = false;
    try {
      WireConnection connection = ready.get(left, TimeUnit.MILLISECONDS);
      connected = true;
      return connection;
    } catch (TimeoutException e) {
      throw new PeerUnreachableException(address + ": the handshake did not end in time", e);
    } catch (ExecutionException e) {
      throw DialFailure.ofHandshake(address, Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      if (!connected) {
        var _ = connecting.channel().close();
      }
    }
  }

  private static String withTls(PeerAddress address) {
    return "use " + TCPS.name() + address.uri().substring(TCP.name().length());
  }

  private Bootstrap bootstrap(
      PeerAddress address,
      ChunkServer server,
      int connectMillis,
      CompletableFuture<WireConnection> ready) {
    return new Bootstrap()
        .group(running.loops())
        .channelFactory(PeerChannels.Connection::new)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOCATOR, running.context().allocator())
        .option(ChannelOption.RECVBUF_ALLOCATOR, Pipelines.receiveSizes())
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                boolean encrypted = address.scheme().equals(TCPS.name());
                WireConnection connection =
                    new WireConnection(
                        running.context(),
                        address.scheme(),
                        Optional.of(address),
                        server,
                        new TcpCarrier(running, channel, encrypted),
                        () -> true);
                var _ =
                    connection
                        .ready()
                        .whenComplete(
                            (l, e) -> {
                              if (e == null) {
                                ready.complete(l);
                              } else {
                                ready.completeExceptionally(e);
                              }
                            });
                if (!encrypted) {
                  channel.pipeline().addLast(new FirstBytes(false, withTls(address), ctx -> {}));
                }
                Pipelines.setUp(
                    running,
                    connection,
                    channel,
                    encrypted
                        ? Optional.of(running.tls().clientEngine(address.peerId()))
                        : Optional.empty());
              }
            });
  }
}
