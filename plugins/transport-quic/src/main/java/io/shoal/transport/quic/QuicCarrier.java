package io.shoal.transport.quic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Future;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerId;
import io.shoal.api.ShoalException;
import io.shoal.wire.Frame;
import io.shoal.wire.GoodbyeCode;
import io.shoal.wire.StreamRules;
import io.shoal.wire.connection.Carrier;
import io.shoal.wire.connection.FrameHandler;
import io.shoal.wire.connection.FrameStream;
import io.shoal.wire.connection.PeerProof;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// One QUIC connection: a control stream, which the side that dialled opens first, and a stream for
/// each request, which the side that asks opens.
final class QuicCarrier implements Carrier {
  // Small enough that a slow peer is seen to take them one after the other, since output counts as
  // moving whenever one was taken; large enough that heads cost nothing.
  private static final int MAX_DATA_SIZE_BYTES = 64 * 1024;

  // As over TLS on TCP: what was encrypted for a slow peer lies in memory.
  private static final int MAX_OUTBOUND_SIZE_BYTES = 512 * 1024;

  private static final Traits TRAITS =
      new Traits(true, true, false, MAX_DATA_SIZE_BYTES, MAX_OUTBOUND_SIZE_BYTES, "");

  // Longer than an answer takes that is merely slow to come; short beside the stall that a router's
  // new port causes otherwise.
  private static final Duration PROBE_AFTER = Duration.ofSeconds(2);

  // The first stream that the side that dialled opens (RFC 9000 §2.1).
  private static final long CONTROL_STREAM = 0;

  private final RunningTransport running;
  private final QuicChannel channel;
  private final InetSocketAddress remote;
  private final boolean dialled;
  private final Output output = new Output();
  private final byte[] ownRandom = new byte[RandomExchange.SIZE_BYTES];
  private Optional<byte[]> peerRandom = Optional.empty();
  private @Nullable FrameHandler frames;

  QuicCarrier(
      RunningTransport running, QuicChannel channel, InetSocketAddress remote, boolean dialled) {
    this.running = running;
    this.channel = channel;
    this.remote = remote;
    this.dialled = dialled;
    running.random().nextBytes(ownRandom);
  }

  /// Adds the handlers of the connection. Its frames go to `handler`.
  void attach(FrameHandler handler) {
    frames = handler;
    channel.pipeline().addLast(new CloseWatch()).addLast(handler);
  }

  private FrameHandler frames() {
    if (frames == null) {
      throw new IllegalStateException("not attached yet");
    }
    return frames;
  }

  @Override
  public Traits traits() {
    return TRAITS;
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public InetSocketAddress remote() {
    return remote;
  }

  @Override
  public Optional<PeerProof> proof() throws PeerFaultException {
    SSLEngine engine = channel.sslEngine();
    if (engine == null || peerRandom.isEmpty()) {
      throw new PeerFaultException("the peer did not prove its identity");
    }
    if (!QuicTransport.PROTOCOL.equals(engine.getApplicationProtocol())) {
      throw new PeerFaultException("the peer does not speak " + QuicTransport.PROTOCOL);
    }
    SSLSession session = engine.getSession();
    try {
      Certificate[] theirs = session.getPeerCertificates();
      Certificate[] own = session.getLocalCertificates();
      PeerId peer = running.tls().peerId(theirs);
      byte[] binding =
          dialled
              ? running.tls().channelBinding(own[0], theirs[0], ownRandom, peerRandom.get())
              : running.tls().channelBinding(theirs[0], own[0], peerRandom.get(), ownRandom);
      return Optional.of(new PeerProof(peer, binding));
    } catch (SSLPeerUnverifiedException e) {
      throw new PeerFaultException("the peer did not prove its identity", e);
    }
  }

  @Override
  public void begin(FrameHandler handler) {
    if (dialled) {
      open(StreamRules.forControl(), stream -> stream.ifPresent(handler::begin));
    }
  }

  @Override
  public void openRequest(Consumer<Optional<FrameStream>> opened) {
    open(StreamRules.forOwnRequest(), opened);
  }

  private void open(StreamRules rules, Consumer<Optional<FrameStream>> opened) {
    FrameStream stream = new FrameStream(frames(), rules);
    channel
        .createStream(QuicStreamType.BIDIRECTIONAL, streamHandler(stream, rules))
        .addListener(
            (Future<QuicStreamChannel> done) ->
                opened.accept(done.isSuccess() ? Optional.of(stream) : Optional.empty()));
  }

  private ChannelInitializer<QuicStreamChannel> streamHandler(
      FrameStream stream, StreamRules rules) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(QuicStreamChannel opened) {
        setUp(opened, stream, rules);
      }
    };
  }

  private void setUp(QuicStreamChannel opened, FrameStream stream, StreamRules rules) {
    opened.pipeline().addLast(new WriteGatherer(output));
    if (!rules.isOfRequest()) {
      opened
          .pipeline()
          .addLast(new RandomExchange(random -> peerRandom = Optional.of(random.clone())));
    }
    opened.pipeline().addLast(stream);
    if (!rules.isOfRequest()) {
      var _ = opened.write(Unpooled.wrappedBuffer(ownRandom));
    }
  }

  /// The peer opened a stream.
  void accept(QuicStreamChannel opened) {
    boolean control = !dialled && opened.streamId() == CONTROL_STREAM;
    StreamRules rules = control ? StreamRules.forControl() : StreamRules.forPeerRequest();
    FrameStream stream = new FrameStream(frames(), rules);
    setUp(opened, stream, rules);
    if (control) {
      frames().begin(stream);
    }
  }

  /// The code and the text travel in QUIC's own close: what is on a stream may be lost with it.
  @Override
  public void goodbye(Frame.Goodbye goodbye, FrameStream first) {
    var _ =
        channel.close(true, goodbye.code().code(), Unpooled.copiedBuffer(goodbye.text(), US_ASCII));
  }

  @Override
  public Optional<Duration> probeAfter() {
    return Optional.of(PROBE_AFTER);
  }

  @Override
  public boolean outputMoved() {
    return output.moved();
  }

  @Override
  public ShoalException faultOf(Exception cause) {
    SSLEngine engine = channel.sslEngine();
    return QuicFaults.of(
        cause, engine == null ? Optional.empty() : running.trust().refusal(engine));
  }

  /// Hears the peer's good-bye, and the failures of its handshake.
  private final class CloseWatch extends ChannelInboundHandlerAdapter {
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof QuicConnectionCloseEvent close) {
        if (close.isApplicationClose()) {
          frames().closedByPeer(GoodbyeCode.of(close.error()), text(close));
        } else {
          frames().fail(QuicFaults.ofClose(close));
        }
      }
      ctx.fireUserEventTriggered(event);
    }

    private static String text(QuicConnectionCloseEvent close) {
      try {
        return new String(close.reason(), US_ASCII);
      } catch (NullPointerException e) {
        // What Netty's event does where the reason is empty.
        return "";
      }
    }
  }
}
