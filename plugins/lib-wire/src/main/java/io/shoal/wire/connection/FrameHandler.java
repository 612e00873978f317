package io.shoal.wire.connection;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCounted;
import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.Refusal;
import io.shoal.api.ShoalException;
import io.shoal.wire.ConnectionEvents;
import io.shoal.wire.ConnectionMachine;
import io.shoal.wire.Frame;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.transfer.ChunkUpload;
import io.shoal.wire.transfer.ReceivedBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event loop's side of a connection: takes the frames of its streams, asks the
/// [ConnectionMachine], and moves buffers. The last handler of the connection's channel. Every
/// method runs on its event loop and none blocks.
///
/// Longer than other classes since it is an adapter: fifty methods of a few lines that translate
/// between Netty, the machine and [WireConnection], without decisions of their own.
public final class FrameHandler extends ChannelInboundHandlerAdapter implements ConnectionEvents {
  private static final Logger LOG = LoggerFactory.getLogger(FrameHandler.class);

  // The streams that the peer may open are all in use: the next end of a request frees one.
  private static final Duration RETRY_WITHOUT_STREAM = Duration.ofMillis(100);

  private final WireConnection connection;
  private final Carrier carrier;
  private final ConnectionMachine machine;
  private final Map<Integer, ReceivedBody> bodies = new HashMap<>();
  private final Map<Integer, ChunkUpload> uploads = new HashMap<>();
  private final Map<Integer, PeerWatch> peerWatches = new HashMap<>();
  private final AvailabilitySender updates;
  private final Set<FrameStream> streams = new LinkedHashSet<>();
  // Only of requests that have a stream of their own.
  private final Map<Integer, FrameStream> askedOn = new HashMap<>();
  private final Map<Integer, FrameStream> servedOn = new HashMap<>();
  private @Nullable FrameStream first;
  // Whose frame is being taken, and which is for the request that is being made.
  private @Nullable FrameStream reading;
  private @Nullable FrameStream opening;
  private boolean deadlineSet;
  private boolean closing;
  private Optional<ShoalException> fault = Optional.empty();

  FrameHandler(WireConnection connection, Frame.Hello own, Carrier carrier) {
    this.connection = connection;
    this.carrier = carrier;
    this.machine = new ConnectionMachine(own, this, carrier.traits().streamPerRequest());
    this.updates = new AvailabilitySender(this, machine);
  }

  private FrameStream first() {
    if (first == null) {
      throw new IllegalStateException("no stream yet");
    }
    return first;
  }

  // ---- the life of the channel and its streams

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Not channelInactive: a channel whose connect failed was never active.
    ctx.channel().closeFuture().addListener(_ -> ctx.executor().execute(this::gone));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    requireGreetingInTime();
    if (!carrier.traits().handshake()) {
      carrier.begin(this);
    }
    ctx.fireChannelActive();
  }

  /// The handshake must end in time, counted from the first call.
  public void requireGreetingInTime() {
    if (!deadlineSet) {
      deadlineSet = true;
      long timeout = connection.shared().timeouts().handshake().toMillis();
      var _ =
          carrier
              .channel()
              .eventLoop()
              .schedule(this::requireGreeting, timeout, TimeUnit.MILLISECONDS);
    }
  }

  private void requireGreeting() {
    if (!connection.isGreeted()) {
      fail(new PeerUnreachableException("the peer did not end its handshake in time"));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        carrier.begin(this);
      } else {
        broke(done.cause());
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  /// The connection's first stream is there: says hello.
  public void begin(FrameStream stream) {
    if (!closing) {
      first = stream;
      machine.start();
      stream.flush();
    }
  }

  /// A stream is there. Those of requests wait until the peer has greeted, which it did on another.
  void added(FrameStream stream) {
    streams.add(stream);
    if (stream.rules().isOfPeerRequest() && !connection.isGreeted()) {
      stream.pauseReading(true);
    }
  }

  /// A stream ended.
  void ended(FrameStream stream) {
    streams.remove(stream);
    boolean due =
        stream.rules().isOfRequest() ? isOpen(stream) : carrier.traits().streamPerRequest();
    if (due && !closing && carrier.channel().isOpen()) {
      fail(new PeerFaultException("the peer ended a stream before all was said there"));
    }
  }

  private void gone() {
    closing = true;
    bodies.values().forEach(body -> body.refused(new Refusal.Gone()));
    bodies.clear();
    uploads.values().forEach(ChunkUpload::cancel);
    uploads.clear();
    peerWatches.values().forEach(watch -> connection.async(watch::end));
    peerWatches.clear();
    updates.close();
    connection.closed(fault);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    broke(cause);
  }

  /// The channel, or a stream of it, failed.
  void broke(Throwable cause) {
    if (cause instanceof Exception e) {
      fail(carrier.faultOf(e));
    } else {
      // An error is not the peer's fault; the connection cannot be trusted to go on.
      LOG.error("A connection ends: {}", cause.toString(), cause);
      fail(new PeerUnreachableException("the connection broke: " + cause));
    }
  }

  /// The peer closed with these words, which came beside the streams.
  public void closedByPeer(GoodbyeCode code, String text) {
    if (!closing) {
      goodbye(code, printable(text));
    }
  }

  /// Closes because of what the peer did or did not do.
  public void fail(ShoalException why) {
    if (closing) {
      return;
    }
    fault = Optional.of(why);
    LOG.debug("{}: {}", connection, why.getMessage());
    close(
        why instanceof PeerFaultException ? GoodbyeCode.FAULT : GoodbyeCode.IDLE, why.getMessage());
  }

  void close(GoodbyeCode code, @Nullable String text) {
    if (closing) {
      return;
    }
    closing = true;
    if (connection.isGreeted() && carrier.channel().isActive()) {
      machine.goodbye(code, text == null ? "" : printable(text));
    } else {
      var _ = carrier.channel().close();
    }
  }

  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  /// Whether the request of a stream is open, or never came.
  private boolean isOpen(FrameStream stream) {
    Map<Integer, FrameStream> open = stream.rules().isOfPeerRequest() ? servedOn : askedOn;
    OptionalInt id = stream.rules().id();
    return id.isEmpty() || open.get(id.getAsInt()) == stream;
  }

  // ---- what comes in

  /// Bytes came.
  ///
  /// @return whether they are to be read
  boolean heard(int sizeBytes) {
    if (!closing) {
      connection.heard(sizeBytes);
    }
    return !closing;
  }

  void writabilityChanged() {
    updates.pump();
  }

  void frame(FrameStream stream, Frame frame) throws PeerFaultException {
    if (!closing) {
      reading = stream;
      machine.onFrame(frame);
    }
  }

  @Override
  public void greeted(Frame.Hello hello) throws PeerFaultException {
    connection.greeted(hello);
    streams.stream()
        .filter(stream -> stream.rules().isOfPeerRequest())
        .forEach(stream -> stream.pauseReading(false));
  }

  @Override
  public void answered(int id, int sizeBytes) {
    ReceivedBody body = bodies.get(id);
    if (body != null) {
      body.answered(sizeBytes);
    }
  }

  @Override
  public void arriving(int id) {
    if (reading != null) {
      reading.arriving(bodies.get(id));
    }
  }

  @Override
  public void ended(int id) {
    ReceivedBody body = over(id);
    if (body != null) {
      body.ended();
    }
  }

  @Override
  public void refused(int id, Refusal reason) {
    ReceivedBody body = over(id);
    if (body != null) {
      body.refused(reason);
    }
  }

  private @Nullable ReceivedBody over(int id) {
    connection.requestEnded();
    FrameStream stream = askedOn.remove(id);
    if (stream != null) {
      stream.endOutput();
    }
    return bodies.remove(id);
  }

  @Override
  public void requested(int id, ChunkRequest request, int creditBytes) {
    if (reading != null && reading.rules().isOfRequest()) {
      servedOn.put(id, reading);
    }
    ChunkUpload upload = connection.upload(id, request, creditBytes);
    uploads.put(id, upload);
    connection.calls().serve(upload);
  }

  @Override
  public void credited(int id, int sizeBytes) {
    ChunkUpload upload = uploads.get(id);
    if (upload != null) {
      upload.credited(sizeBytes);
    }
  }

  @Override
  public void takenBack(int id) {
    ChunkUpload upload = uploads.get(id);
    if (upload != null) {
      upload.cancel();
    }
  }

  @Override
  public void watched(int id, Cid root) {
    PeerWatch watch = new PeerWatch(id, due -> connection.loop().run(() -> updates.due(due)));
    peerWatches.put(id, watch);
    if (!connection.calls().beginWatch(watch, root)) {
      fail(new PeerFaultException("the peer begins and ends watches faster than they run"));
    }
  }

  @Override
  public void unwatched(int id) {
    PeerWatch watch = peerWatches.remove(id);
    if (watch != null) {
      connection.async(watch::end);
    }
  }

  @Override
  public void updated(int id, Availability update) {
    connection.watches().updated(id, update);
  }

  @Override
  public void message(int type, byte[] bytes) {
    ByteBuffer message = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    connection.calls().message(type, message, () -> connection.loop().run(this::take));
  }

  @Override
  public void taken(int count) {
    connection.messagesTaken(count);
  }

  @Override
  public void pong(long token) {}

  @Override
  public void goodbye(GoodbyeCode code, String text) {
    closing = true;
    LOG.debug("{} says good-bye: {} {}", connection, code, text);
    fault =
        Optional.of(
            new PeerUnreachableException("the peer closed the connection: " + code + " " + text));
    var _ = carrier.channel().close();
  }

  // ---- what goes out

  @Override
  public void send(Frame frame) {
    if (frame instanceof Frame.Goodbye goodbye) {
      carrier.goodbye(goodbye, first());
      return;
    }
    FrameStream stream = streamOf(frame);
    ChannelFuture write = stream.write(frame);
    if (frame instanceof Frame.End
        || frame instanceof Frame.Refuse
        || frame instanceof Frame.Pong) {
      write.addListener(_ -> machine.written(frame));
    }
  }

  private FrameStream streamOf(Frame frame) {
    return switch (frame) {
      case Frame.Request _ when opening != null -> opening;
      case Frame.Credit credit -> askedOn.getOrDefault(credit.id(), first());
      case Frame.Cancel cancel -> askedOn.getOrDefault(cancel.id(), first());
      case Frame.Answer answer -> servedOn.getOrDefault(answer.id(), first());
      case Frame.Data data -> servedOn.getOrDefault(data.id(), first());
      case Frame.End end -> servedOn.getOrDefault(end.id(), first());
      case Frame.Refuse refuse -> servedOn.getOrDefault(refuse.id(), first());
      default -> first();
    };
  }

  void request(ChunkRequest request, int creditBytes, ReceivedBody body, BodySource source) {
    if (closing) {
      unsent(body, new Refusal.Gone());
      return;
    }
    carrier.openRequest(
        stream -> {
          if (closing) {
            unsent(body, new Refusal.Gone());
          } else if (stream.isEmpty()) {
            unsent(body, new Refusal.Busy(RETRY_WITHOUT_STREAM));
          } else {
            request(stream.get(), request, creditBytes, body, source);
          }
        });
  }

  private void unsent(ReceivedBody body, Refusal why) {
    connection.requestEnded();
    body.refused(why);
  }

  private void request(
      FrameStream stream,
      ChunkRequest request,
      int creditBytes,
      ReceivedBody body,
      BodySource source) {
    opening = stream;
    int id = machine.request(request, creditBytes);
    opening = null;
    source.id(id);
    bodies.put(id, body);
    if (stream.rules().isOfRequest()) {
      stream.rules().bind(id);
      askedOn.put(id, stream);
    }
    stream.flush();
  }

  void credit(int id, int sizeBytes) {
    if (!closing) {
      machine.credit(id, sizeBytes);
      askedOn.getOrDefault(id, first()).flush();
    }
  }

  void cancel(int id) {
    if (!closing) {
      machine.cancel(id);
      askedOn.getOrDefault(id, first()).flush();
    }
  }

  void answer(int id, int sizeBytes) {
    if (!closing) {
      machine.answer(id, sizeBytes);
    }
  }

  void data(int id, ReferenceCounted payload, int sizeBytes, Runnable written) {
    if (closing) {
      payload.release();
      written.run();
      return;
    }
    machine.data(id, sizeBytes);
    connection.shared().sent().add(sizeBytes);
    servedOn.getOrDefault(id, first()).write(payload).addListener(_ -> written.run());
  }

  void end(int id) {
    if (!closing) {
      machine.end(id);
      served(id);
    }
  }

  void refuse(int id, Refusal reason) {
    if (!closing) {
      machine.refuse(id, reason);
      served(id);
    }
  }

  private void served(int id) {
    uploads.remove(id);
    FrameStream stream = servedOn.remove(id);
    if (stream == null) {
      first().flush();
    } else {
      stream.endOutput();
    }
  }

  void send(int type, byte[] bytes) {
    if (!closing) {
      machine.message(type, bytes);
      first().flush();
    }
  }

  private void take() {
    if (!closing) {
      machine.take(1);
      first().flush();
    }
  }

  int watch(Cid root) {
    int id = machine.watch(root);
    first().flush();
    return id;
  }

  /// Whether more may be queued without waiting for the peer.
  boolean isWritable() {
    return !closing && first().isWritable();
  }

  /// The write of the last frame on the first stream.
  @Nullable ChannelFuture lastWrite() {
    return first().lastWrite();
  }

  void pauseReading(boolean pause) {
    first().pauseReading(pause);
  }

  boolean frameTakesTooLong(long now, long limitNanos) {
    boolean tooLong = false;
    for (FrameStream stream : streams) {
      tooLong |= stream.takesLongerThan(limitNanos, now);
    }
    return tooLong;
  }

  /// Whether the peer owes bytes of a chunk.
  boolean waitsForBytes() {
    return !bodies.isEmpty();
  }

  boolean isClosing() {
    return closing;
  }

  void unwatch(int id) {
    if (!closing) {
      machine.unwatch(id);
      first().flush();
    }
  }

  void ping(long token) {
    if (!closing && connection.isGreeted()) {
      machine.ping(token);
      first().flush();
    }
  }
}
