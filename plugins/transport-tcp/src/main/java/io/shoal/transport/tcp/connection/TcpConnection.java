package io.shoal.transport.tcp.connection;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.shoal.api.Availability;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.ShoalException;
import io.shoal.transport.tcp.settings.HostPort;
import io.shoal.transport.tcp.transfer.Budget;
import io.shoal.transport.tcp.transfer.ChunkUpload;
import io.shoal.transport.tcp.transfer.ReceiveWindows;
import io.shoal.transport.tcp.transfer.ReceivedBody;
import io.shoal.wire.Frame;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.WireLimits;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection as the node sees it: usable from any thread, handing over to the [FrameHandler] on
/// the event loop, and calling the node on virtual threads.
public final class TcpConnection implements PeerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);

  // What a slow peer may make us hold. Encrypted data lies in memory, a file region does not.
  private static final int MAX_OUTBOUND_PLAIN_SIZE_BYTES = 1024 * 1024;
  private static final int MAX_OUTBOUND_TLS_SIZE_BYTES = 512 * 1024;

  // A quarter of what may be queued, so that reading, encrypting and sending overlap.
  private static final int MAX_DATA_TLS_SIZE_BYTES = 128 * 1024;

  // All own requests are in use: the next answer frees one.
  private static final Duration RETRY_WHEN_FULL = Duration.ofMillis(100);

  // The contract lets calls of the node end within a second of an interrupt; a stuck one must not
  // keep
  // the node from learning that the connection is gone.
  private static final long CALLS_END_TIMEOUT_MILLIS = 5_000;

  // News that listeners have not taken: they never block, so only a flood gets here, and then waits
  // in the network.
  private static final int MAX_WAITING_NEWS = 1024;

  private final TransportContext shared;
  private final String scheme;
  private final Optional<PeerAddress> dialled;
  private final ChunkServer server;
  private final Channel channel;
  private final FrameHandler wire;
  private final CompletableFuture<TcpConnection> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final CountDownLatch closedLatch = new CountDownLatch(1);
  private final ServerCalls calls = new ServerCalls();
  private final SerialInbox messages = new SerialInbox("shoal-tcp-messages");
  private final SerialInbox newsInbox = new SerialInbox("shoal-tcp-news");
  private final Budget messagePermits = new Budget(WireLimits.MAX_MESSAGES_UNTAKEN);
  private final Budget outbound;
  private final boolean encrypted;
  private final AtomicInteger openRequests = new AtomicInteger();
  private final AtomicInteger openWatches = new AtomicInteger();
  private final AtomicInteger beginningWatches = new AtomicInteger();
  private final AtomicInteger waitingNews = new AtomicInteger();
  private final Map<Integer, OwnWatch> watches = new ConcurrentHashMap<>();
  private final KeepAlive liveness;
  private volatile @Nullable RemotePeer remote;
  private volatile Optional<byte[]> channelBinding = Optional.empty();
  private volatile int maxRequests;
  private volatile boolean open;
  private volatile Optional<String> fault = Optional.empty();

  public TcpConnection(
      TransportContext shared,
      String scheme,
      Optional<PeerAddress> dialled,
      ChunkServer server,
      Channel channel,
      boolean encrypted) {
    this.shared = shared;
    this.scheme = scheme;
    this.dialled = dialled;
    this.server = server;
    this.channel = channel;
    this.encrypted = encrypted;
    this.outbound =
        new Budget(encrypted ? MAX_OUTBOUND_TLS_SIZE_BYTES : MAX_OUTBOUND_PLAIN_SIZE_BYTES);
    Frame.Hello own =
        new Frame.Hello(
            shared.nonce(),
            WireLimits.MAX_REQUESTS,
            shared.listenPorts().getOrDefault(scheme, 0),
            scheme,
            shared.agent(),
            List.of());
    this.wire = new FrameHandler(this, own, encrypted);
    this.liveness = new KeepAlive(channel, wire, shared.settings().idleTimeout());
  }

  TransportContext shared() {
    return shared;
  }

  public FrameHandler wire() {
    return wire;
  }

  Budget outbound() {
    return outbound;
  }

  /// Completes when the handshake ended and the node was told, or fails with a [ShoalException].
  public CompletableFuture<TcpConnection> ready() {
    return ready;
  }

  /// Completes when the node was told of the end.
  public CompletableFuture<Void> ended() {
    return ended;
  }

  /// Runs on the event loop, or not at all if that has ended.
  boolean onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: the transport is closed", this, e);
      return false;
    }
  }

  void async(Runnable task) {
    shared.threads().execute(task);
  }

  // ---- called by the wire, on the event loop

  boolean isGreeted() {
    return remote != null;
  }

  void heard(int sizeBytes) {
    liveness.heard();
    shared.received().add(sizeBytes);
  }

  void greeted(Frame.Hello hello) throws PeerFaultException {
    Optional<SSLSession> session = session();
    Optional<PeerId> proven = provenId(session);
    if (hello.nonce().equals(shared.nonce()) || proven.filter(shared.self()::equals).isPresent()) {
      throw new PeerFaultException(
          "the address leads to this node itself, " + shared.self() + ": dial another");
    }
    InetSocketAddress seen = (InetSocketAddress) channel.remoteAddress();
    PeerAddress address =
        dialled.orElseGet(
            () -> PeerAddress.of(HostPort.of(seen.getAddress(), seen.getPort()).uri(scheme)));
    Optional<PeerAddress> listens =
        hello.listenPort() == 0
            ? Optional.empty()
            : Optional.of(
                new PeerAddress(
                    HostPort.of(seen.getAddress(), hello.listenPort()).uri(scheme), proven));
    maxRequests = hello.maxRequests();
    channelBinding = session.map(shared.tls()::channelBinding);
    remote =
        new RemotePeer(
            new PeerAddress(address.uri(), proven),
            listens,
            proven,
            hello.agent(),
            Set.copyOf(hello.features()),
            dialled.isPresent());
    open = true;
    liveness.start();
    Thread.ofVirtual().name("shoal-tcp-connection").start(this::live);
  }

  private Optional<SSLSession> session() {
    return Optional.ofNullable(channel.pipeline().get(SslHandler.class))
        .map(tls -> tls.engine().getSession());
  }

  private Optional<PeerId> provenId(Optional<SSLSession> session) throws PeerFaultException {
    return session.isEmpty() ? Optional.empty() : Optional.of(shared.tls().peerId(session.get()));
  }

  /// From the node's first to its last call for this connection.
  private void live() {
    guarded(() -> server.connected(this));
    calls.open();
    ready.complete(this);
    try {
      closedLatch.await();
      if (!calls.closeAndWait(CALLS_END_TIMEOUT_MILLIS)) {
        LOG.warn("{}: calls of the node go on after the connection was closed", this);
      }
    } catch (InterruptedException e) {
      LOG.debug("{}: interrupted while it ended", this, e);
    }
    guarded(() -> server.disconnected(this));
    ended.complete(null);
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.warn("{}: the node failed: {}", this, e.toString());
      LOG.debug("{}: the node failed", this, e);
    }
  }

  void closed(Optional<ShoalException> why) {
    fault =
        why.filter(PeerFaultException.class::isInstance)
            .map(e -> Objects.requireNonNullElse(e.getMessage(), "it broke the rules"));
    open = false;
    liveness.stop();
    outbound.close();
    messagePermits.close();
    messages.close();
    newsInbox.close();
    closedLatch.countDown();
    if (remote == null) {
      ready.completeExceptionally(
          why.orElseGet(
              () ->
                  new PeerUnreachableException("the peer closed the connection in the handshake")));
      ended.complete(null);
    }
  }

  ChunkUpload serving(ChunkRequest request, int creditBytes, ChunkUpload.Sink sink) {
    return new ChunkUpload(
        server,
        this,
        request,
        creditBytes,
        sink,
        !encrypted && shared.settings().sendfile(),
        encrypted ? MAX_DATA_TLS_SIZE_BYTES : WireLimits.MAX_DATA_SIZE_BYTES);
  }

  void serve(ChunkUpload serving) {
    Thread.ofVirtual().name("shoal-tcp-serve").start(() -> called(serving));
  }

  void beginWatch(PeerWatch watch, Cid root) {
    if (beginningWatches.incrementAndGet() > WireLimits.MAX_WATCHES) {
      // Ended watches count as long as the node is still being asked about them.
      wire.fail(new PeerFaultException("the peer begins and ends watches faster than they run"));
    }
    Thread.ofVirtual()
        .name("shoal-tcp-watch")
        .start(
            () -> {
              called(() -> watch.begin(server, this, root));
              beginningWatches.decrementAndGet();
            });
  }

  private void called(Runnable call) {
    if (calls.enter()) {
      try {
        guarded(call);
      } finally {
        calls.exit();
      }
    }
  }

  void message(int type, ByteBuffer bytes) {
    messages.submit(
        () -> {
          called(() -> server.message(this, type, bytes));
          onLoop(wire::take);
        });
  }

  void messagesTaken(int count) {
    messagePermits.give(count);
  }

  void news(int id, Availability news) {
    OwnWatch watch = watches.get(id);
    if (watch == null) {
      return;
    }
    if (waitingNews.incrementAndGet() >= MAX_WAITING_NEWS) {
      channel.config().setAutoRead(false);
    }
    newsInbox.submit(
        () -> {
          guarded(() -> watch.tell(news));
          if (waitingNews.decrementAndGet() == MAX_WAITING_NEWS / 2) {
            // On the loop, so that it cannot overtake the stop that it undoes.
            onLoop(() -> channel.config().setAutoRead(waitingNews.get() < MAX_WAITING_NEWS));
          }
        });
  }

  ReceiveWindows receiveWindows() {
    return shared.receiveWindows();
  }

  void requestEnded() {
    openRequests.decrementAndGet();
  }

  // ---- called by the node, on any thread

  @Override
  public RemotePeer remote() {
    RemotePeer known = remote;
    if (known == null) {
      throw new IllegalStateException("the handshake has not ended");
    }
    return known;
  }

  @Override
  public Optional<byte[]> channelBinding() {
    return channelBinding.map(byte[]::clone);
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    requireOpen();
    int window = shared.receiveWindows().take();
    BodySource source = new BodySource(this, window);
    ReceivedBody body = new ReceivedBody(source, window);
    if (openRequests.incrementAndGet() > maxRequests) {
      openRequests.decrementAndGet();
      body.refused(new Refusal.Busy(RETRY_WHEN_FULL));
    } else if (!onLoop(() -> wire.request(request, window, body, source))) {
      body.refused(new Refusal.Gone());
    }
    return body;
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    requireOpen();
    if (openWatches.incrementAndGet() > WireLimits.MAX_WATCHES) {
      openWatches.decrementAndGet();
      throw new IllegalStateException(
          "more than " + WireLimits.MAX_WATCHES + " watches on one connection: close some");
    }
    OwnWatch watch = new OwnWatch(this, listener);
    onLoop(() -> watch.begin(root));
    return watch;
  }

  /// On the event loop.
  void watching(int id, OwnWatch watch) {
    watches.put(id, watch);
  }

  /// On the event loop.
  void watchEnded(int id) {
    watches.remove(id);
    openWatches.decrementAndGet();
    wire.unwatch(id);
  }

  @Override
  public void send(int type, ByteBuffer bytes)
      throws PeerUnreachableException, InterruptedException {
    if (type < 0 || type > 0xffff || bytes.remaining() > MAX_MESSAGE_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "a message has a type of 16 bits and at most " + MAX_MESSAGE_SIZE_BYTES + " bytes");
    }
    requireOpen();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    if (!messagePermits.take(1)) {
      requireOpen();
    }
    onLoop(() -> wire.send(type, copy));
  }

  private void requireOpen() throws PeerUnreachableException {
    if (!open) {
      throw new PeerUnreachableException(this + " is closed: connect again");
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public Optional<String> fault() {
    return fault;
  }

  @Override
  public void close() {
    close(GoodbyeCode.NORMAL);
  }

  public void close(GoodbyeCode code) {
    open = false;
    onLoop(() -> wire.close(code, ""));
  }

  @Override
  public String toString() {
    RemotePeer known = remote;
    return known == null
        ? "connection with " + channel.remoteAddress()
        : "connection with " + known.address();
  }
}
