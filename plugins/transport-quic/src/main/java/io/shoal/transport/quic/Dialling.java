package io.shoal.transport.quic;

import static io.shoal.transport.quic.QuicTransport.QUIC;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.util.concurrent.Future;
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
import java.util.function.LongSupplier;

/// Makes connections, each over a socket of its own that is bound to no address of this machine:
/// when that changes, the connection goes on from the new one.
final class Dialling {
  // The Transport contract: connect blocks at most 10 s.
  private static final long CONNECT_DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);

  // The socket has a single connection, so that packets that come need name none. The other side
  // may
  // then answer a changed address at once: it wants an unused id for that where there are ids, and
  // the library gives it none.
  private static final int NO_CONNECTION_ID = 0;

  private final RunningTransport running;
  private final QuicConnections connections;
  private final LongSupplier nanoTime;

  Dialling(RunningTransport running, QuicConnections connections) {
    this.running = running;
    this.connections = connections;
    this.nanoTime = running.context().nanoTime();
  }

  /// See [io.shoal.api.Transport#connect].
  PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    HostPort target = target(address);
    long deadline = nanoTime.getAsLong() + CONNECT_DEADLINE_NANOS;
    ShoalException last = new PeerUnreachableException(address + ": the host has no address");
    HostLookup names = new HostLookup(running.context().threads());
    for (InetAddress host : names.addresses(target.host(), address, left(deadline))) {
      try {
        return dial(
            address, new InetSocketAddress(SoleLink.zoned(host), target.port()), server, deadline);
      } catch (RetryableException e) {
        last = e;
      }
    }
    throw last;
  }

  private long left(long deadline) {
    return deadline - nanoTime.getAsLong();
  }

  private static HostPort target(PeerAddress address) throws InvalidInputException {
    boolean whole =
        address.scheme().equals(QUIC.name())
            && address.host().isPresent()
            && address.port().isPresent()
            && address.path().isEmpty();
    Optional<HostPort> target =
        whole
            ? HostPort.ofUri(address.host().get(), address.port().getAsInt(), address.query())
            : Optional.empty();
    return target.orElseThrow(
        () -> new InvalidInputException("'" + address + "' is not of the form quic://HOST:PORT"));
  }

  private WireConnection dial(
      PeerAddress address, InetSocketAddress target, ChunkServer server, long deadline)
      throws ShoalException, InterruptedException {
    long millis = TimeUnit.NANOSECONDS.toMillis(left(deadline));
    if (millis <= 0) {
      throw new PeerUnreachableException(address + ": no peer answered in time");
    }
    CompletableFuture<WireConnection> ready = new CompletableFuture<>();
    CompletableFuture<QuicChannel> begun = new CompletableFuture<>();
    boolean connected = false;
    try {
      connect(address, target, server, Math.min(millis, handshakeMillis()), begun, ready);
      WireConnection connection = ready.get(millis, TimeUnit.MILLISECONDS);
      connected = true;
      return connection;
    } catch (TimeoutException e) {
      throw new PeerUnreachableException(address + ": the handshake did not end in time", e);
    } catch (ExecutionException e) {
      throw DialFailure.ofHandshake(address, Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      if (!connected) {
        var _ =
            begun.thenAccept(
                channel -> {
                  var _ = channel.close();
                });
      }
    }
  }

  private long handshakeMillis() {
    return running.settings().handshakeTimeout().toMillis();
  }

  private void connect(
      PeerAddress address,
      InetSocketAddress target,
      ChunkServer server,
      long timeoutMillis,
      CompletableFuture<QuicChannel> begun,
      CompletableFuture<WireConnection> ready)
      throws ShoalException, InterruptedException {
    Channel socket = socket(address);
    QuicChannel.newBootstrap(socket)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeoutMillis)
        .option(ChannelOption.ALLOCATOR, running.context().allocator())
        .streamOption(ChannelOption.ALLOCATOR, running.context().allocator())
        .streamOption(ChannelOption.RECVBUF_ALLOCATOR, QuicConnections.receiveSizes())
        .attr(QuicConnections.EXPECTED, address.peerId())
        .remoteAddress(target)
        .handler(
            new ChannelInitializer<QuicChannel>() {
              @Override
              protected void initChannel(QuicChannel channel) {
                begun.complete(channel);
                channel.closeFuture().addListener(_ -> end(socket));
                WireConnection connection =
                    connections.setUp(channel, target, Optional.of(address), server, () -> true);
                var _ =
                    connection
                        .ready()
                        .whenComplete(
                            (made, e) -> {
                              if (e == null) {
                                ready.complete(made);
                              } else {
                                ready.completeExceptionally(e);
                              }
                            });
              }
            })
        .streamHandler(QuicConnections.streams())
        .connect()
        .addListener(
            (Future<QuicChannel> done) -> {
              if (!done.isSuccess()) {
                end(socket);
                ready.completeExceptionally(fault(done.cause(), begun));
              }
            });
  }

  private ShoalException fault(Throwable cause, CompletableFuture<QuicChannel> begun) {
    Optional<String> refusal =
        Optional.ofNullable(begun.getNow(null))
            .map(QuicChannel::sslEngine)
            .flatMap(running.trust()::refusal);
    return QuicFaults.of(cause instanceof Exception e ? e : new ExecutionException(cause), refusal);
  }

  private static void end(Channel socket) {
    var _ = socket.close();
  }

  private Channel socket(PeerAddress address) throws ShoalException, InterruptedException {
    ChannelFuture bound =
        UdpSocket.bind(
                running,
                running.loops(),
                new InetSocketAddress(0),
                connections
                    .set(new QuicClientCodecBuilder())
                    .localConnectionIdLength(NO_CONNECTION_ID)
                    .build())
            .await();
    if (!bound.isSuccess()) {
      throw DialFailure.ofSocket(address, bound.cause());
    }
    return bound.channel();
  }
}
