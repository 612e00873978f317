package io.shoal.transport.tcp.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.RemotePeer;
import io.shoal.api.ShoalException;
import io.shoal.transport.tcp.transfer.Budget;
import io.shoal.transport.tcp.transfer.ChunkUpload;
import io.shoal.transport.tcp.transfer.ReceivedBody;
import io.shoal.wire.Frame;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.WireLimits;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A connection as the node sees it: usable from any thread. It hands over to the [FrameHandler] on
/// the event loop, and calls the node through [NodeCalls].
public final class TcpConnection implements PeerConnection {

  // The most that a slow peer may make us hold. Encrypted data lies in memory, a file region does
  // not.
  private static final int MAX_OUTBOUND_PLAIN_SIZE_BYTES = 1024 * 1024;
  private static final int MAX_OUTBOUND_TLS_SIZE_BYTES = 512 * 1024;

  // A quarter of what may be queued, so that reading, encrypting and sending overlap.
  private static final int MAX_DATA_TLS_SIZE_BYTES = 128 * 1024;

  // All own requests are in use: the next answer frees one.
  private static final Duration RETRY_WHEN_FULL = Duration.ofMillis(100);

  private final TransportContext shared;
  private final ChunkServer server;
  private final boolean encrypted;
  private final BooleanSupplier takesPlace;
  private final Handshake handshake;
  private final EventLoop loop;
  private final FrameHandler frames;
  private final KeepAlive keepAlive;
  private final NodeCalls calls;
  private final OwnWatches watches;
  private final CompletableFuture<TcpConnection> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Budget messagePermits = new Budget(WireLimits.MAX_MESSAGES_UNTAKEN);
  private final Budget outbound;
  private final AtomicInteger openRequests = new AtomicInteger();
  private volatile Handshake.@Nullable Greeting greeting;
  private volatile boolean open;
  private volatile Optional<String> fault = Optional.empty();

  /// @param dialled the address that this node dialled; empty if the peer did
  /// @param server the node's side
  /// @param takesPlace whether there is room for it, once its handshake ended; called once
  public TcpConnection(
      TransportContext shared,
      String scheme,
      Optional<PeerAddress> dialled,
      ChunkServer server,
      Channel channel,
      boolean encrypted,
      BooleanSupplier takesPlace) {
    this.shared = shared;
    this.server = server;
    this.encrypted = encrypted;
    this.takesPlace = takesPlace;
    this.outbound =
        new Budget(encrypted ? MAX_OUTBOUND_TLS_SIZE_BYTES : MAX_OUTBOUND_PLAIN_SIZE_BYTES);
    this.handshake = new Handshake(shared, scheme, dialled, channel);
    this.loop = new EventLoop(channel);
    this.frames = new FrameHandler(this, handshake.ownHello(), encrypted);
    this.keepAlive =
        new KeepAlive(channel, frames, shared.settings().idleTimeout(), shared.nanoTime());
    this.calls = new NodeCalls(this, server);
    this.watches = new OwnWatches(frames, loop, calls);
  }

  /// The last handler of the channel.
  public ChannelHandler handler() {
    return frames;
  }

  /// Completes when the handshake ended and the node was notified, or fails with a
  /// [ShoalException].
  public CompletableFuture<TcpConnection> ready() {
    return ready;
  }

  /// Completes when the node was notified of the end.
  public CompletableFuture<Void> ended() {
    return ended;
  }

  TransportContext shared() {
    return shared;
  }

  // ---- called by the FrameHandler, on the event loop

  EventLoop loop() {
    return loop;
  }

  NodeCalls calls() {
    return calls;
  }

  OwnWatches watches() {
    return watches;
  }

  void async(Runnable task) {
    shared.threads().execute(task);
  }

  boolean isGreeted() {
    return greeting != null;
  }

  void heard(int sizeBytes) {
    keepAlive.heard();
    shared.received().add(sizeBytes);
  }

  void greeted(Frame.Hello hello) throws PeerFaultException {
    Handshake.Greeting known = handshake.greeted(hello);
    if (!takesPlace.getAsBoolean()) {
      frames.fail(new PeerUnreachableException("too many connections are open"));
      return;
    }
    greeting = known;
    open = true;
    keepAlive.start();
    calls.start(() -> ready.complete(this), () -> ended.complete(null));
  }

  void closed(Optional<ShoalException> why) {
    fault =
        why.filter(PeerFaultException.class::isInstance)
            .map(e -> Objects.requireNonNullElse(e.getMessage(), "it broke the rules"));
    open = false;
    keepAlive.stop();
    outbound.close();
    messagePermits.close();
    watches.close();
    calls.end();
    if (greeting == null) {
      ready.completeExceptionally(
          why.orElseGet(
              () ->
                  new PeerUnreachableException(
                      "the peer closed the connection in the handshake"
                          + (encrypted ? "" : ": it may want TLS (tcps://)"))));
      ended.complete(null);
    }
  }

  ChunkUpload upload(int id, ChunkRequest request, int creditBytes) {
    return new ChunkUpload(
        server,
        this,
        request,
        creditBytes,
        new UploadSink(loop, frames, shared.allocator(), outbound, id),
        !encrypted && shared.settings().sendfile(),
        encrypted ? MAX_DATA_TLS_SIZE_BYTES : WireLimits.MAX_DATA_SIZE_BYTES);
  }

  void messagesTaken(int count) {
    messagePermits.give(count);
  }

  void requestEnded() {
    openRequests.decrementAndGet();
  }

  // ---- called by the node, on any thread

  @Override
  public RemotePeer remote() {
    return greeting().remote();
  }

  private Handshake.Greeting greeting() {
    Handshake.Greeting known = greeting;
    if (known == null) {
      throw new IllegalStateException("the handshake has not ended");
    }
    return known;
  }

  @Override
  public Optional<byte[]> channelBinding() {
    Handshake.Greeting known = greeting;
    return known == null ? Optional.empty() : known.channelBinding().map(byte[]::clone);
  }

  @Override
  public ChunkBody fetch(ChunkRequest request) throws PeerUnreachableException {
    requireOpen();
    int window = shared.receiveWindows().take();
    BodySource source = new BodySource(loop, frames, shared.receiveWindows(), window);
    ReceivedBody body = new ReceivedBody(source, window);
    if (openRequests.incrementAndGet() > greeting().maxRequests()) {
      openRequests.decrementAndGet();
      body.refused(new Refusal.Busy(RETRY_WHEN_FULL));
    } else if (!loop.run(() -> frames.request(request, window, body, source))) {
      body.refused(new Refusal.Gone());
    }
    return body;
  }

  @Override
  public Watch watch(Cid root, AvailabilityListener listener) throws PeerUnreachableException {
    requireOpen();
    return watches.open(root, listener);
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
    loop.run(() -> frames.send(type, copy));
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
    close(Reason.UNUSED);
  }

  @Override
  public void close(Reason reason) {
    open = false;
    loop.run(() -> frames.close(code(reason), ""));
  }

  private static GoodbyeCode code(Reason reason) {
    return switch (reason) {
      case FAULT -> GoodbyeCode.FAULT;
      case FULL -> GoodbyeCode.FULL;
      case STOPPING -> GoodbyeCode.STOPPING;
      case IDLE -> GoodbyeCode.IDLE;
      // The wire has no word for a peer that may not take part.
      case UNUSED, DENIED -> GoodbyeCode.NORMAL;
      default -> GoodbyeCode.NORMAL;
    };
  }

  @Override
  public String toString() {
    Handshake.Greeting known = greeting;
    return known == null
        ? "connection with " + loop.channel().remoteAddress()
        : "connection with " + known.remote().address();
  }
}
