package io.shoal.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslHandler;
import io.shoal.api.PeerFaultException;
import io.shoal.api.PeerUnreachableException;
import io.shoal.api.ShoalException;
import io.shoal.wire.Frame;
import io.shoal.wire.WireLimits;
import io.shoal.wire.connection.Carrier;
import io.shoal.wire.connection.FrameHandler;
import io.shoal.wire.connection.FrameStream;
import io.shoal.wire.connection.PeerProof;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/// One TCP connection, whose only stream carries everything.
final class TcpCarrier implements Carrier {
  // The most that a slow peer may make us hold. Encrypted data lies in memory, a file region does
  // not.
  private static final int MAX_OUTBOUND_PLAIN_SIZE_BYTES = 1024 * 1024;
  private static final int MAX_OUTBOUND_TLS_SIZE_BYTES = 512 * 1024;

  // A quarter of what may be queued, so that reading, encrypting and sending overlap.
  private static final int MAX_DATA_TLS_SIZE_BYTES = 128 * 1024;

  // A good-bye that cannot be written because the peer does not read must not delay the close.
  private static final long GOODBYE_TIMEOUT_MILLIS = 300;

  private final RunningTransport running;
  private final Channel channel;
  private final Traits traits;
  private long lastProgress;

  TcpCarrier(RunningTransport running, Channel channel, boolean encrypted) {
    this.running = running;
    this.channel = channel;
    this.traits =
        encrypted
            ? new Traits(
                true, false, false, MAX_DATA_TLS_SIZE_BYTES, MAX_OUTBOUND_TLS_SIZE_BYTES, "")
            : new Traits(
                false,
                false,
                running.settings().sendfile(),
                WireLimits.MAX_DATA_SIZE_BYTES,
                MAX_OUTBOUND_PLAIN_SIZE_BYTES,
                ": it may want TLS (tcps://)");
  }

  @Override
  public Traits traits() {
    return traits;
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public InetSocketAddress remote() {
    return (InetSocketAddress) channel.remoteAddress();
  }

  @Override
  public Optional<PeerProof> proof() throws PeerFaultException {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return Optional.empty();
    }
    SSLSession session = tls.engine().getSession();
    return Optional.of(
        new PeerProof(running.tls().peerId(session), running.tls().channelBinding(session)));
  }

  private FrameStream stream() {
    return (FrameStream) channel.pipeline().get(Pipelines.STREAM);
  }

  @Override
  public void begin(FrameHandler frames) {
    frames.begin(stream());
  }

  @Override
  public void openRequest(Consumer<Optional<FrameStream>> opened) {
    opened.accept(Optional.of(stream()));
  }

  @Override
  public void goodbye(Frame.Goodbye goodbye, FrameStream first) {
    var written = first.write(goodbye);
    first.flush();
    written.addListener(ChannelFutureListener.CLOSE);
    var _ =
        channel
            .eventLoop()
            .schedule(
                () -> channel.unsafe().close(channel.voidPromise()),
                GOODBYE_TIMEOUT_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  @Override
  public boolean outputMoved() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    if (pending == null || pending.totalPendingWriteBytes() == 0) {
      return true;
    }
    long progress = pending.totalPendingWriteBytes() * 31 + pending.currentProgress();
    boolean moved = progress != lastProgress;
    lastProgress = progress;
    return moved;
  }

  @Override
  public ShoalException faultOf(Exception cause) {
    return cause instanceof IOException && !(cause instanceof SSLException)
        ? new PeerUnreachableException("the connection broke: " + cause.getMessage(), cause)
        : TlsFaults.of(cause);
  }
}
