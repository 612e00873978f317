package io.shoal.testkit;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Endpoint;
import io.shoal.api.InvalidInputException;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.PluginContext;
import io.shoal.api.RemotePeer;
import io.shoal.api.Scheme;
import io.shoal.api.ShoalException;
import io.shoal.api.Transport;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A transport as plain as HTTP: a socket for each request, nothing for those that were dialled, no
/// messages and no reports. It does what its contract says except for one thing.
final class Mirror implements Transport {
  /// What may be wrong with it.
  enum Fault {
    NONE,
    ASKS_FOR_NO_PERMIT,
    SENDS_WHAT_LIES_BEFORE_THE_REGION,
    MOVES_THE_CHANNEL,
    WRAPS_ITS_CONNECTIONS,
    HAS_NO_LIMIT_OF_REQUESTS,
    FORGETS_THE_REQUESTS_OF_THE_GONE,
    NEVER_REVALIDATES,
    LISTENS_ON_WHAT_IS_TAKEN,
    CONCEALS_THE_TAKEN_PORT,
    LISTENS_AFTER_ITS_CLOSE,
    LEAKS_A_SOCKET,
    CLAIMS_TO_BIND,
    CALLS_CONNECTED_TWICE
  }

  private final Fault fault;
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private volatile boolean running;
  private volatile int port;

  Mirror(Fault fault) {
    this.fault = fault;
  }

  @Override
  public Set<Scheme> schemes() {
    return Set.of(
        fault == Fault.CLAIMS_TO_BIND
            ? Scheme.of("mirror", Scheme.Trait.BINDS)
            : Scheme.of("mirror"));
  }

  @Override
  public void start(PluginContext context) throws ShoalException {
    port = (int) context.config().number("port", 0, 65_535, 0);
    running = true;
  }

  @Override
  public Listener listen(Set<String> schemes, ChunkServer server, Consumer<List<Endpoint>> changed)
      throws ShoalException {
    requireRunning();
    ServerSocket socket;
    try {
      int wanted = fault == Fault.LISTENS_ON_WHAT_IS_TAKEN ? 0 : port;
      socket = new ServerSocket(wanted, 1_000, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UserFaultException(
          fault == Fault.CONCEALS_THE_TAKEN_PORT
              ? "it cannot listen: choose another port"
              : "port " + port + " is taken: choose another port",
          e);
    }
    open.add(socket);
    Thread.ofVirtual().name("mirror-accept").start(() -> accept(socket, server));
    Endpoint endpoint =
        Endpoint.of(
            PeerAddress.of("mirror://127.0.0.1:" + socket.getLocalPort()),
            new Endpoint.Socket(
                Endpoint.Protocol.TCP, socket.getInetAddress(), socket.getLocalPort()));
    return new Listener() {
      @Override
      public List<Endpoint> endpoints() {
        return List.of(endpoint);
      }

      @Override
      public void close() {
        if (fault != Fault.LISTENS_AFTER_ITS_CLOSE) {
          end(socket);
        }
      }
    };
  }

  private void accept(ServerSocket socket, ChunkServer server) {
    while (!socket.isClosed()) {
      try {
        Socket from = socket.accept();
        if (socket.isClosed()) {
          // A virtual thread that waits keeps a socket open until it has woken up.
          from.close();
          return;
        }
        open.add(from);
        PeerAddress address = PeerAddress.of("mirror://127.0.0.1:" + from.getPort());
        MirrorAnswer answer = new MirrorAnswer(fault, from, RemotePeer.at(address).build(), server);
        Thread.ofVirtual()
            .name("mirror-answer")
            .start(
                () -> {
                  answer.run();
                  open.remove(from);
                });
      } catch (IOException e) {
        end(socket);
      }
    }
  }

  @Override
  public PeerConnection connect(PeerAddress address, ChunkServer server) throws ShoalException {
    requireRunning();
    if (!address.scheme().equals("mirror") || address.port().isEmpty()) {
      throw new InvalidInputException("'" + address + "' is not of the form mirror://HOST:PORT");
    }
    Dialled dialled = new Dialled(address, server);
    open.add(dialled);
    server.connected(dialled);
    dialled.reported.countDown();
    if (fault == Fault.CALLS_CONNECTED_TWICE) {
      server.connected(dialled);
    }
    return fault == Fault.WRAPS_ITS_CONNECTIONS ? new Dialled(address, server) : dialled;
  }

  private void requireRunning() {
    if (!running) {
      throw new IllegalStateException("the mirror is not started, or closed");
    }
  }

  @Override
  public Optional<PeerAddress> seenAs(Endpoint endpoint, InetSocketAddress outside) {
    return Optional.of(
        PeerAddress.of(
            "mirror://" + outside.getAddress().getHostAddress() + ":" + outside.getPort()));
  }

  @Override
  public void close() {
    running = false;
    for (AutoCloseable one : open) {
      boolean leaks = fault == Fault.LEAKS_A_SOCKET && one instanceof ServerSocket;
      if (!leaks) {
        end(one);
      }
    }
  }

  private void end(AutoCloseable one) {
    open.remove(one);
    try {
      one.close();
    } catch (Exception e) {
      throw new AssertionError("a socket does not close", e);
    }
  }

  private final class Dialled implements PeerConnection {
    private final RemotePeer remote;
    private final ChunkServer server;
    private final Set<MirrorBody> bodies = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch reported = new CountDownLatch(1);

    Dialled(PeerAddress address, ChunkServer server) {
      remote = RemotePeer.at(address).outbound(true).build();
      this.server = server;
    }

    @Override
    public RemotePeer remote() {
      return remote;
    }

    @Override
    public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
      if (!isOpen()) {
        throw new PeerUnreachableException(remote.address() + " was closed: connect again");
      }
      boolean full =
          requests.incrementAndGet() > MAX_REQUESTS && fault != Fault.HAS_NO_LIMIT_OF_REQUESTS;
      MirrorBody body = new MirrorBody(remote.address(), request.cid(), full, this::ended);
      bodies.add(body);
      if (!isOpen()) {
        body.close();
      }
      return body;
    }

    private void ended(MirrorBody body) {
      if (bodies.remove(body)) {
        requests.decrementAndGet();
      }
    }

    @Override
    public boolean isOpen() {
      return !closed.get();
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        bodies.forEach(MirrorBody::close);
        open.remove(this);
        Thread.ofVirtual().name("mirror-end").start(this::reportTheEnd);
      }
    }

    /// The last call, also of a connection that was closed in the first one.
    private void reportTheEnd() {
      try {
        reported.await();
        server.disconnected(this);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
