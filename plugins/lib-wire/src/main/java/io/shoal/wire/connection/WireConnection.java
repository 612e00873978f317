package io.shoal.wire.connection;

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
import io.shoal.wire.Frame;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.WireLimits;
import io.shoal.wire.transfer.Budget;
import io.shoal.wire.transfer.ChunkUpload;
import io.shoal.wire.transfer.ReceivedBody;
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
public final class WireConnection implements PeerConnection {

  // All own requests are in use: the next answer frees one.
  private static final Duration RETRY_WHEN_FULL = Duration.ofMillis(100);

  private final ConnectionContext shared;
  private final ChunkServer server;
  private final Carrier carrier;
  private final BooleanSupplier takesPlace;
  private final Handshake handshake;
  private final EventLoop loop;
  private final FrameHandler frames;
  private final KeepAlive keepAlive;
  private final NodeCalls calls;
  private final OwnWatches watches;
  private final CompletableFuture<WireConnection> ready = new CompletableFuture<>();
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
  public WireConnection(
      ConnectionContext shared,
      String scheme,
      Optional<PeerAddress> dialled,
      ChunkServer server,
      Carrier carrier,
      BooleanSupplier takesPlace) {
    this.shared = shared;
    this.server = server;
    this.carrier = carrier;
    this.takesPlace = takesPlace;
    this.outbound = new Budget(carrier.traits().maxOutboundBytes());
    this.handshake = new Handshake(shared, scheme, dialled, carrier);
    this.loop = new EventLoop(carrier.channel());
    this.frames = new FrameHandler(this, handshake.ownHello(), carrier);
    this.keepAlive = new KeepAlive(carrier, frames, shared.timeouts().idle(), shared.nanoTime());
    this.calls = new NodeCalls(this, server);
    this.watches = new OwnWatches(frames, loop, calls);
  }

  /// The last handler of the connection's channel.
  public FrameHandler handler() {
    return frames;
  }

  /// Completes when the handshake ended and the node was notified, or fails with a
  /// [ShoalException].
  public CompletableFuture<WireConnection> ready() {
    return ready;
  }

  /// Completes when the node was notified of the end.
  public CompletableFuture<Void> ended() {
    return ended;
  }

  ConnectionContext shared() {
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
                          + carrier.traits().closedEarly())));
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
        carrier.traits().sendfile(),
        carrier.traits().maxDataBytes());
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
        ? "connection with " + carrier.remote()
        : "connection with " + known.remote().address();
  }
}
