package io.shoal.test.unix;

import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidInputException;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheduler;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Carries chunks over UNIX sockets: `unix:///PATH`. Listens at `path`, by default in the plugin's folder.
public final class UnixTransport implements Transport {

  private static final String SCHEME = "unix";

  /// What the systems' address structure holds.
  private static final int MAX_PATH_SIZE_BYTES = 100;

  private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

  private final Set<UnixConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong inbound = new AtomicLong();
  private PluginContext context;
  private Path path;
  private volatile ServerSocketChannel listener;
  private volatile boolean closed;

  @Override
  public void start(PluginContext context) throws UserFaultException {
    this.context = context;
    String standard = context.dataFolder().resolve("socket").toString();
    path = Path.of(context.config().text("path", standard)).toAbsolutePath();
  }

  @Override
  public Set<Scheme> schemes() {
    return Set.of(
        Scheme.of(
            SCHEME,
            Scheme.Trait.LOCAL,
            Scheme.Trait.SYMMETRIC,
            Scheme.Trait.AVAILABILITY,
            Scheme.Trait.MESSAGES));
  }

  @Override
  public Listener listen(
      Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException {
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_SIZE_BYTES) {
      throw new UserFaultException(
          path + ": too long for a socket: set plugins.transport-unix.path to a shorter one");
    }
    try {
      refuseUsed();
      listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      listener.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      throw new UserFaultException(
          path + ": cannot listen: " + e.getMessage() + ": change plugins.transport-unix.path", e);
    }
    Thread.ofVirtual().name("unix-accept").start(() -> acceptAll(server));
    return new SocketFile();
  }

  /// Accepts connections at the path.
  private final class SocketFile implements Listener {
    @Override
    public List<Endpoint> endpoints() {
      return listener.isOpen() ? List.of(Endpoint.of(own())) : List.of();
    }

    @Override
    public void close() {
      stopListening();
    }
  }

  /// A socket that nobody answers at was left behind by a process that died.
  private void refuseUsed() throws IOException, UserFaultException {
    if (!Files.exists(path)) {
      return;
    }
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new UserFaultException(
          path + ": another process listens there: change plugins.transport-unix.path");
    } catch (IOException e) {
      Files.delete(path);
    }
  }

  private PeerAddress own() {
    return PeerAddress.of(SCHEME + "://" + path.toUri().getRawPath());
  }

  private void acceptAll(ChunkServer server) {
    while (!closed) {
      try {
        SocketChannel channel = listener.accept();
        Thread.ofVirtual().name("unix-inbound").start(() -> welcome(channel, server));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void welcome(SocketChannel channel, ChunkServer server) {
    try {
      PeerAddress from = PeerAddress.of(SCHEME + ":///inbound/" + inbound.incrementAndGet());
      open(channel, server, from, false);
    } catch (ShoalException e) {
      closeQuietly(channel);
    }
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
    Path to = pathOf(address);
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(to));
    } catch (IOException e) {
      throw new PeerUnreachableException(address + ": nobody answers: " + e.getMessage(), e);
    }
    return open(channel, server, address, true);
  }

  private static Path pathOf(PeerAddress address) throws InvalidInputException {
    try {
      String path = URI.create(address.uri()).getPath();
      if (address.scheme().equals(SCHEME) && path != null && path.startsWith("/")) {
        return Path.of(path);
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidInputException("'" + address + "' is no path", e);
    }
    throw new InvalidInputException("'" + address + "' is not of the form unix:///PATH");
  }

  private UnixConnection open(
      SocketChannel channel, ChunkServer server, PeerAddress address, boolean outbound)
      throws ShoalException {
    Frame hello;
    try (Scheduler.Timer limit =
        context.scheduler().after(HANDSHAKE_LIMIT, () -> closeQuietly(channel))) {
      String listening = listener == null || !listener.isOpen() ? "" : own().toString();
      ByteBuffer own = Frame.of(Frame.HELLO, 0, listening.getBytes(StandardCharsets.UTF_8));
      while (own.hasRemaining()) {
        channel.write(own);
      }
      hello = Frame.read(channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new PeerUnreachableException(address + ": no handshake: " + e.getMessage(), e);
    } catch (MalformedDataException e) {
      closeQuietly(channel);
      throw new PeerFaultException(address + ": does not speak this protocol", e);
    }
    String listening = Frame.text(hello.rest());
    Optional<PeerAddress> listens =
        listening.isEmpty() ? Optional.empty() : Optional.of(PeerAddress.parse(listening));
    RemotePeer remote =
        RemotePeer.at(address)
            .listenAddress(listens)
            .agent("transport-unix")
            .outbound(outbound)
            .build();
    UnixConnection[] self = new UnixConnection[1];
    UnixConnection connection =
        new UnixConnection(channel, server, remote, () -> connections.remove(self[0]));
    self[0] = connection;
    connections.add(connection);
    connection.start();
    if (closed) {
      connection.close();
    }
    return connection;
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is as closed as it will get.
    }
  }

  @Override
  public void close() {
    closed = true;
    stopListening();
    connections.forEach(UnixConnection::close);
  }

  private void stopListening() {
    ServerSocketChannel listening = listener;
    if (listening != null && listening.isOpen()) {
      try {
        listening.close();
        Files.deleteIfExists(path);
      } catch (IOException e) {
        // A socket that stays behind is swept by the next start.
      }
    }
  }
}
