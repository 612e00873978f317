package __package__;

import io.shoal.api.ChunkServer;
import io.shoal.api.ConfigKey;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidConfigException;
import io.shoal.api.InvalidInputException;
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
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries chunks over plain TCP: `__scheme__://HOST:PORT`. This class dials, listens and greets; a
/// [FramedConnection] does the rest.
///
/// Nothing is encrypted and no identity is proven. So a node uses the scheme under `tls: off`, or
/// if `transport.plain` names it, and under `access: open` only.
public final class __Name__Transport implements Transport {

  private static final Logger LOG = LoggerFactory.getLogger(__Name__Transport.class);

  private static final String NAME = "__scheme__";

  /// Either side may ask for chunks. What is not declared here, the node does not use.
  private static final Scheme SCHEME = Scheme.of(NAME, Scheme.Trait.SYMMETRIC);

  private static final String LISTEN = "listen";
  private static final String LISTEN_DEFAULT = "0.0.0.0:0";
  private static final String CONNECT_TIMEOUT = "connectTimeout";

  /// The longest that [Transport#connect] may take.
  private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /// Each side's first bytes: a program that speaks something else is found out at once.
  private static final byte[] GREETING = "__scheme__/1\r\n".getBytes(StandardCharsets.US_ASCII);

  /// Sockets at once, greeted or not: each costs two threads and a file descriptor.
  private static final int MAX_SOCKETS = 512;

  /// After `accept` failed, as it does while the process has no file descriptor left.
  private static final Duration ACCEPT_PAUSE = Duration.ofMillis(100);

  /// A listener has a second to close.
  private static final Duration CLOSE_LIMIT = Duration.ofMillis(800);

  /// What the user set, and the node's timers.
  ///
  /// @param listenKey the whole name of the key, for messages
  /// @param listen not looked up yet, which may block
  /// @param connectTimeout for a dial with its greeting
  /// @param timers the node's
  private record Started(
      String listenKey, InetSocketAddress listen, Duration connectTimeout, Scheduler timers) {}

  private final Set<SocketChannel> sockets = ConcurrentHashMap.newKeySet();
  private final Set<FramedConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile Optional<Started> started = Optional.empty();
  private volatile Optional<SocketListener> listener = Optional.empty();

  /// The node makes it; see [io.shoal.api.Extension].
  public __Name__Transport() {}

  @Override
  public Set<Scheme> schemes() {
    return Set.of(SCHEME);
  }

  @Override
  public List<ConfigKey> configuration() {
    return List.of(
        ConfigKey.text(LISTEN)
            .otherwise(LISTEN_DEFAULT)
            .describe("HOST:PORT to accept connections at; port 0 lets the system choose"),
        ConfigKey.time(CONNECT_TIMEOUT)
            .otherwise("10s")
            .describe("How long a dial may take, with the greeting"));
  }

  @Override
  public void start(PluginContext context) throws InvalidConfigException {
    Duration timeout =
        context
            .config()
            .duration(
                CONNECT_TIMEOUT, Duration.ofMillis(10), MAX_CONNECT_TIMEOUT, MAX_CONNECT_TIMEOUT);
    String listen = context.config().text(LISTEN, LISTEN_DEFAULT);
    String listenKey = "plugins." + context.pluginId() + "." + LISTEN;
    InetSocketAddress address =
        hostAndPort(listen)
            .orElseThrow(
                () ->
                    new InvalidConfigException(
                        "%s: '%s' is not HOST:PORT, such as %s"
                            .formatted(listenKey, listen, LISTEN_DEFAULT)));
    started = Optional.of(new Started(listenKey, address, timeout, context.scheduler()));
  }

  private static Optional<InetSocketAddress> hostAndPort(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
    return port > 65_535
        ? Optional.empty()
        : Optional.of(InetSocketAddress.createUnresolved(host, port));
  }

  private Started running() {
    return started.orElseThrow(() -> new IllegalStateException("the transport is not started"));
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws UserFaultException {
    Started running = running();
    InetSocketAddress wanted = running.listen();
    try {
      ServerSocketChannel socket = ServerSocketChannel.open();
      try {
        // Connections of an earlier run that the system still remembers do not block the port.
        socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        socket.bind(new InetSocketAddress(wanted.getHostString(), wanted.getPort()));
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
      Thread accepting =
          Thread.ofVirtual().name("__id__-accept").start(() -> acceptAll(socket, server));
      SocketListener opened = new SocketListener(socket, accepting);
      listener = Optional.of(opened);
      return opened;
    } catch (IOException | IllegalArgumentException e) {
      throw new UserFaultException(
          "%s:%d: cannot listen there: %s: change %s"
              .formatted(
                  wanted.getHostString(), wanted.getPort(), e.getMessage(), running.listenKey()),
          e);
    }
  }

  /// A socket that accepts connections.
  ///
  /// @param accepting the thread that does so
  private record SocketListener(ServerSocketChannel socket, Thread accepting) implements Listener {

    @Override
    public List<Endpoint> endpoints() {
      if (!socket.isOpen()) {
        return List.of();
      }
      InetAddress host = socket.socket().getInetAddress();
      int port = socket.socket().getLocalPort();
      return List.of(
          Endpoint.of(
              addressOf(new InetSocketAddress(host, port)),
              new Endpoint.Socket(Endpoint.Protocol.TCP, host, port)));
    }

    @Override
    public void close() {
      try {
        socket.close();
        // Only then the system accepts no more.
        accepting.join(CLOSE_LIMIT);
      } catch (IOException e) {
        LOG.debug("the listening socket did not close well", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void acceptAll(ServerSocketChannel socket, ChunkServer server) {
    while (socket.isOpen()) {
      try {
        SocketChannel accepted = socket.accept();
        if (!socket.isOpen()) {
          closeQuietly(accepted);
          return;
        }
        Thread.ofVirtual().name("__id__-greet").start(() -> welcome(accepted, server));
      } catch (IOException e) {
        if (socket.isOpen()) {
          LOG.warn("cannot accept a connection, trying again: {}", e.getMessage());
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(ACCEPT_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void welcome(SocketChannel accepted, ChunkServer server) {
    try {
      PeerAddress from = addressOf((InetSocketAddress) accepted.getRemoteAddress());
      greet(accepted, () -> {}, RemotePeer.at(from).build(), server);
    } catch (IOException | ShoalException | IllegalStateException | InterruptedException e) {
      LOG.debug("a connection from outside came to nothing: {}", e.getMessage());
      closeQuietly(accepted);
    }
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server)
      throws ShoalException, InterruptedException {
    running();
    if (!address.scheme().equals(NAME) || address.host().isEmpty() || address.port().isEmpty()) {
      throw new InvalidInputException(
          "'%s' is not of the form %s://HOST:PORT".formatted(address, NAME));
    }
    InetSocketAddress to = new InetSocketAddress(address.host().get(), address.port().getAsInt());
    if (to.isUnresolved()) {
      throw new PeerUnreachableException(address + ": there is no host of that name");
    }
    try {
      SocketChannel socket = SocketChannel.open();
      RemotePeer peer = RemotePeer.at(address).outbound(true).build();
      return greet(socket, () -> socket.connect(to), peer, server);
    } catch (IOException e) {
      throw new PeerUnreachableException(address + ": cannot open a socket: " + e.getMessage(), e);
    }
  }

  /// What precedes the greeting.
  private interface Dial {
    void run() throws IOException;
  }

  /// Takes a socket to an open connection, or closes it.
  private FramedConnection greet(
      SocketChannel socket, Dial dial, RemotePeer peer, ChunkServer server)
      throws ShoalException, InterruptedException {
    Started running = running();
    sockets.add(socket);
    boolean greeted = false;
    try (Scheduler.Timer _ =
        running.timers().after(running.connectTimeout(), () -> closeQuietly(socket))) {
      if (sockets.size() > MAX_SOCKETS) {
        throw new PeerUnreachableException(
            peer.address() + ": " + MAX_SOCKETS + " connections are open: close some");
      }
      running();
      dial.run();
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      // A peer that went without a word is noticed in the end.
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      exchangeGreetings(socket, peer);
      greeted = true;
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      throw (InterruptedException)
          new InterruptedException("the dial is no longer wanted").initCause(e);
    } catch (IOException e) {
      throw new PeerUnreachableException(
          "%s: no answer within %s: %s".formatted(peer.address(), running.connectTimeout(), e), e);
    } finally {
      if (!greeted) {
        sockets.remove(socket);
        closeQuietly(socket);
      }
    }
    FramedConnection connection = new FramedConnection(socket, server, peer, this::ended);
    connections.add(connection);
    connection.start();
    if (started.isEmpty()) {
      connection.close();
    }
    return connection;
  }

  private static void exchangeGreetings(SocketChannel socket, RemotePeer peer)
      throws IOException, PeerFaultException {
    ByteBuffer own = ByteBuffer.wrap(GREETING);
    while (own.hasRemaining()) {
      socket.write(own);
    }
    ByteBuffer theirs = ByteBuffer.allocate(GREETING.length);
    while (theirs.hasRemaining()) {
      if (socket.read(theirs) < 0) {
        throw new EOFException("the peer closed the connection");
      }
    }
    if (!theirs.flip().equals(ByteBuffer.wrap(GREETING))) {
      throw new PeerFaultException(peer.address() + ": speaks another protocol than " + NAME);
    }
  }

  private void ended(FramedConnection connection, SocketChannel socket) {
    connections.remove(connection);
    sockets.remove(socket);
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return Optional.of(addressOf(outside));
  }

  private static PeerAddress addressOf(InetSocketAddress socket) {
    // A zone names an interface of this machine, which means nothing elsewhere.
    String host = socket.getAddress().getHostAddress().replaceFirst("%.*", "");
    return PeerAddress.of(
        "%s://%s:%d"
            .formatted(NAME, host.contains(":") ? "[" + host + "]" : host, socket.getPort()));
  }

  private static void closeQuietly(SocketChannel socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a socket did not close well", e);
    }
  }

  /// Everything that waits for a socket ends with it.
  @Override
  public void close() {
    started = Optional.empty();
    listener.ifPresent(SocketListener::close);
    List<FramedConnection> open = List.copyOf(connections);
    sockets.forEach(__Name__Transport::closeQuietly);
    open.forEach(FramedConnection::close);
    open.forEach(FramedConnection::awaitEnd);
  }
}
