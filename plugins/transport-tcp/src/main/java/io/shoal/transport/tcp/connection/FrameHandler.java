package io.shoal.transport.tcp.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
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
import io.shoal.transport.tcp.transfer.ChunkUpload;
import io.shoal.transport.tcp.transfer.ReceivedBody;
import io.shoal.wire.ConnectionEvents;
import io.shoal.wire.ConnectionMachine;
import io.shoal.wire.Frame;
import io.shoal.wire.FrameCodec;
import io.shoal.wire.FrameReader;
import io.shoal.wire.GoodbyeCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event loop's side of a connection: cuts the stream into frames, asks the
/// [ConnectionMachine], and moves buffers. Every method runs on the channel's event loop and none
/// blocks.
///
/// Longer than other classes since it is an adapter: fifty methods of a few lines that translate
/// between Netty, the machine and [TcpConnection], without decisions of their own.
final class FrameHandler extends ChannelInboundHandlerAdapter
    implements ConnectionEvents, FrameReader.Sink {
  private static final Logger LOG = LoggerFactory.getLogger(FrameHandler.class);

  // A good-bye that cannot be written because the peer does not read must not delay the close.
  private static final long GOODBYE_TIMEOUT_MILLIS = 300;

  private final TcpConnection connection;
  private final boolean encrypted;
  private final FrameReader reader = new FrameReader();
  private final ConnectionMachine machine;
  private final Map<Integer, ReceivedBody> bodies = new HashMap<>();
  private final Map<Integer, ChunkUpload> uploads = new HashMap<>();
  private final Map<Integer, PeerWatch> peerWatches = new HashMap<>();
  private final AvailabilitySender updates;
  // Those that got bytes since the last pause of the input.
  private final Set<ReceivedBody> touched = new HashSet<>();
  private @Nullable ReceivedBody arriving;
  private @Nullable ByteBuf input;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ChannelFuture lastWrite;
  private boolean closing;
  private Optional<ShoalException> fault = Optional.empty();

  FrameHandler(TcpConnection connection, Frame.Hello own, boolean encrypted) {
    this.connection = connection;
    this.encrypted = encrypted;
    this.machine = new ConnectionMachine(own, this);
    this.updates = new AvailabilitySender(this, machine);
  }

  private ChannelHandlerContext ctx() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  // ---- the channel's life

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    // Not channelInactive: a channel whose connect failed was never active.
    ctx.channel().closeFuture().addListener(_ -> ctx.executor().execute(this::gone));
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    long timeout = connection.shared().settings().handshakeTimeout().toMillis();
    var _ = ctx.executor().schedule(this::requireGreeting, timeout, TimeUnit.MILLISECONDS);
    if (!encrypted) {
      machine.start();
      ctx.flush();
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
        machine.start();
        ctx.flush();
      } else {
        fail(TlsFaults.of(done.cause()));
      }
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
    switch (cause) {
      case IOException e when !(e instanceof SSLException) ->
          fail(new PeerUnreachableException("the connection broke: " + e.getMessage(), e));
      case Exception e -> fail(TlsFaults.of(e));
      // An error is not the peer's fault; the connection cannot be trusted to go on.
      case Throwable e -> {
        LOG.error("A connection ends: {}", e.toString(), e);
        fail(new PeerUnreachableException("the connection broke: " + e));
      }
    }
  }

  /// Closes because of what the peer did or did not do.
  void fail(ShoalException why) {
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
    ChannelHandlerContext ctx = ctx();
    if (connection.isGreeted() && ctx.channel().isActive()) {
      machine.goodbye(code, text == null ? "" : printable(text));
      ctx.flush();
      ChannelFuture written = lastWrite;
      if (written != null) {
        written.addListener(ChannelFutureListener.CLOSE);
      }
      var _ =
          ctx.executor()
              .schedule(
                  () -> ctx.channel().unsafe().close(ctx.voidPromise()),
                  GOODBYE_TIMEOUT_MILLIS,
                  TimeUnit.MILLISECONDS);
    } else {
      var _ = ctx.close();
    }
  }

  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  // ---- what comes in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (!closing) {
        connection.heard(bytes.readableBytes());
        input = bytes;
        reader.read(bytes.nioBuffer(), this);
      }
    } catch (PeerFaultException e) {
      fail(e);
    } finally {
      input = null;
      bytes.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    touched.forEach(ReceivedBody::announceArrived);
    touched.clear();
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    updates.pump();
  }

  @Override
  public void frame(Frame frame) throws PeerFaultException {
    if (!closing) {
      machine.onFrame(frame);
    }
  }

  @Override
  public void chunkBytes(int index, int sizeBytes) {
    ByteBuf bytes = input;
    if (arriving != null && bytes != null) {
      arriving.arrived(bytes.retainedSlice(bytes.readerIndex() + index, sizeBytes));
      touched.add(arriving);
    }
  }

  @Override
  public void greeted(Frame.Hello hello) throws PeerFaultException {
    connection.greeted(hello);
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
    arriving = bodies.get(id);
  }

  @Override
  public void ended(int id) {
    connection.requestEnded();
    ReceivedBody body = bodies.remove(id);
    if (body != null) {
      body.ended();
    }
  }

  @Override
  public void refused(int id, Refusal reason) {
    connection.requestEnded();
    ReceivedBody body = bodies.remove(id);
    if (body != null) {
      body.refused(reason);
    }
  }

  @Override
  public void requested(int id, ChunkRequest request, int creditBytes) {
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
    var _ = ctx().close();
  }

  // ---- what goes out

  @Override
  public void send(Frame frame) {
    ChannelHandlerContext ctx = ctx();
    int size = FrameCodec.sizeBytes(frame);
    ByteBuf bytes = ctx.alloc().buffer(size);
    FrameCodec.encode(frame, bytes.nioBuffer(0, size));
    ChannelFuture write = ctx.write(bytes.writerIndex(size));
    lastWrite = write;
    if (frame instanceof Frame.End
        || frame instanceof Frame.Refuse
        || frame instanceof Frame.Pong) {
      write.addListener(_ -> machine.written(frame));
    }
  }

  void request(ChunkRequest request, int creditBytes, ReceivedBody body, BodySource source) {
    if (closing) {
      connection.requestEnded();
      body.refused(new Refusal.Gone());
      return;
    }
    int id = machine.request(request, creditBytes);
    source.id(id);
    bodies.put(id, body);
    ctx().flush();
  }

  void credit(int id, int sizeBytes) {
    if (!closing) {
      machine.credit(id, sizeBytes);
      ctx().flush();
    }
  }

  void cancel(int id) {
    if (!closing) {
      machine.cancel(id);
      ctx().flush();
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
    ctx().writeAndFlush(payload).addListener(_ -> written.run());
  }

  void end(int id) {
    if (!closing) {
      uploads.remove(id);
      machine.end(id);
      ctx().flush();
    }
  }

  void refuse(int id, Refusal reason) {
    if (!closing) {
      uploads.remove(id);
      machine.refuse(id, reason);
      ctx().flush();
    }
  }

  void send(int type, byte[] bytes) {
    if (!closing) {
      machine.message(type, bytes);
      ctx().flush();
    }
  }

  private void take() {
    if (!closing) {
      machine.take(1);
      ctx().flush();
    }
  }

  int watch(Cid root) {
    int id = machine.watch(root);
    ctx().flush();
    return id;
  }

  /// Whether more may be queued without waiting for the peer.
  boolean isWritable() {
    return !closing && ctx().channel().isWritable();
  }

  /// The write of the last frame.
  @Nullable ChannelFuture lastWrite() {
    ctx().flush();
    return lastWrite;
  }

  /// See [FrameReader#unfinished].
  long unfinishedFrame() {
    return reader.unfinished();
  }

  boolean isClosing() {
    return closing;
  }

  void unwatch(int id) {
    if (!closing) {
      machine.unwatch(id);
      ctx().flush();
    }
  }

  void ping(long token) {
    if (!closing && connection.isGreeted()) {
      machine.ping(token);
      ctx().flush();
    }
  }
}
