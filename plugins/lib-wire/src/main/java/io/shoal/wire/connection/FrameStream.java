package io.shoal.wire.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.shoal.api.PeerFaultException;
import io.shoal.wire.Frame;
import io.shoal.wire.FrameCodec;
import io.shoal.wire.FrameReader;
import io.shoal.wire.StreamRules;
import io.shoal.wire.transfer.ReceivedBody;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One stream of a connection: cuts its bytes into frames for the [FrameHandler], and writes that
/// one's. The last handler of its channel, or the last but the [FrameHandler]. On the event loop.
public final class FrameStream extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
  private final FrameHandler frames;
  private final StreamRules rules;
  private final FrameReader reader;
  // Those that got bytes since the last pause of the input.
  private final Set<ReceivedBody> touched = new HashSet<>();
  private @Nullable ReceivedBody arriving;
  private @Nullable ByteBuf input;
  private @Nullable ChannelHandlerContext context;
  private @Nullable ChannelFuture lastWrite;
  private boolean requested;
  private long frame;
  private long frameNanos;

  /// @param rules of what may come on it
  public FrameStream(FrameHandler frames, StreamRules rules) {
    this.frames = frames;
    this.rules = rules;
    this.reader = rules.isOfRequest() ? FrameReader.afterHello() : new FrameReader();
  }

  private ChannelHandlerContext ctx() {
    if (context == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return context;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    frames.added(this);
  }

  StreamRules rules() {
    return rules;
  }

  // ---- what comes in

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (frames.heard(bytes.readableBytes())) {
        input = bytes;
        reader.read(bytes.nioBuffer(), this);
      }
    } catch (PeerFaultException e) {
      frames.fail(e);
    } finally {
      input = null;
      bytes.release();
    }
  }

  @Override
  public void frame(Frame frame) throws PeerFaultException {
    rules.check(frame);
    requested |= frame instanceof Frame.Request;
    frames.frame(this, frame);
  }

  /// The bytes that follow are this body's.
  void arriving(@Nullable ReceivedBody body) {
    arriving = body;
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
  public void channelReadComplete(ChannelHandlerContext ctx) {
    touched.forEach(ReceivedBody::announceArrived);
    touched.clear();
    ctx.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    frames.writabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    frames.broke(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    frames.ended(this);
    ctx.fireChannelInactive();
  }

  /// Whether a frame that began, or the request that a stream is for, has not come for longer.
  boolean takesLongerThan(long nanos, long now) {
    boolean waits = rules.isOfPeerRequest() && !requested;
    long unfinished = waits ? Long.MAX_VALUE : reader.unfinished();
    if (unfinished == 0 || unfinished != frame) {
      frame = unfinished;
      frameNanos = now;
    }
    return now - frameNanos > nanos;
  }

  void pauseReading(boolean pause) {
    ctx().channel().config().setAutoRead(!pause);
  }

  // ---- what goes out

  /// Whether more may be queued without waiting for the peer.
  boolean isWritable() {
    return ctx().channel().isWritable();
  }

  /// Queues a frame.
  public ChannelFuture write(Frame frame) {
    ChannelHandlerContext ctx = ctx();
    int size = FrameCodec.sizeBytes(frame);
    ByteBuf bytes = ctx.alloc().buffer(size);
    FrameCodec.encode(frame, bytes.nioBuffer(0, size));
    ChannelFuture write = ctx.write(bytes.writerIndex(size));
    lastWrite = write;
    return write;
  }

  ChannelFuture write(Object payload) {
    return ctx().writeAndFlush(payload);
  }

  /// Sends what is queued.
  public void flush() {
    ctx().flush();
  }

  /// The write of the last frame.
  @Nullable ChannelFuture lastWrite() {
    flush();
    return lastWrite;
  }

  /// Nothing more goes out on the stream of a request, once all that is queued did.
  void endOutput() {
    ChannelFuture last = lastWrite();
    if (last != null && ctx().channel() instanceof DuplexChannel channel && rules.isOfRequest()) {
      last.addListener(
          _ -> {
            var _ = channel.shutdownOutput();
          });
    }
  }
}
