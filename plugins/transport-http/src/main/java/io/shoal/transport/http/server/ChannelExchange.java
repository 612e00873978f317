package io.shoal.transport.http.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.shoal.api.Cid;
import io.shoal.api.PeerAddress;
import io.shoal.api.ServeAnswer;
import io.shoal.transport.http.gateway.Exchange;
import io.shoal.transport.http.gateway.Head;
import io.shoal.transport.http.gateway.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.Optional;
import java.util.function.Supplier;

/// A request of a connection and its answer. Used by the thread that answers.
final class ChannelExchange implements Exchange {
  /// Of each answer two parts are on their way at most: one that the system takes, and the next.
  private static final int PART_BYTES = 64 * 1024;

  /// Less than this waits for more: a DAG of small chunks is not sent in as many small parts.
  private static final int WORTH_SENDING_BYTES = 16 * 1024;

  private final ServerContext context;
  private final Channel channel;
  private final ClientCounters counters;
  private final Request request;
  private final boolean keepAlive;
  private final Supplier<ClientPeer> enter;
  private Optional<ClientPeer> client = Optional.empty();
  private Optional<ChannelFuture> last = Optional.empty();
  private Optional<Head> head = Optional.empty();
  private Optional<ByteBuf> gathered = Optional.empty();
  private long written;

  /// @param keepAlive whether further requests may follow on this connection
  /// @param enter begins a request of the client
  ChannelExchange(
      ServerContext context,
      Channel channel,
      ClientCounters counters,
      Request request,
      boolean keepAlive,
      Supplier<ClientPeer> enter) {
    this.context = context;
    this.channel = channel;
    this.counters = counters;
    this.request = request;
    this.keepAlive = keepAlive;
    this.enter = enter;
  }

  @Override
  public Request request() {
    return request;
  }

  @Override
  public PeerAddress peer() {
    return counters.address();
  }

  @Override
  public ServeAnswer chunk(Cid cid) throws InterruptedException {
    if (client.isEmpty()) {
      client = Optional.of(enter.get());
    }
    return client.get().request(cid);
  }

  @Override
  public void begin(Head answer) throws IOException {
    if (head.isPresent()) {
      throw new IllegalStateException("an answer begins once");
    }
    head = Optional.of(answer);
    HttpResponse response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
    response
        .headers()
        .set(
            HttpHeaderNames.DATE,
            // Java's own RFC 1123 gives days before the tenth one digit; HTTP wants two.
            DateFormatter.format(Date.from(context.clock().instant())));
    response.headers().set("X-Content-Type-Options", "nosniff");
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    if (answer.status() == HttpResponseStatus.NOT_MODIFIED.code()) {
      response.headers().remove(HttpHeaderNames.CONTENT_TYPE);
    } else if (answer.sizeBytes().isPresent()) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, answer.sizeBytes().getAsLong());
    } else {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
    }
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, "close");
    }
    if (answer.status() >= HttpResponseStatus.BAD_REQUEST.code()) {
      counters.refusal();
    }
    if (!channel.isActive()) {
      throw new IOException("the client is gone");
    }
    last = Optional.of(channel.write(response));
  }

  @Override
  public boolean hasBegun() {
    return head.isPresent();
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException, InterruptedException {
    int end = bytes.limit();
    written += bytes.remaining();
    counters.sent(bytes.remaining());
    while (bytes.position() < end) {
      ByteBuf part = gathered.orElseGet(() -> channel.alloc().directBuffer(PART_BYTES));
      gathered = Optional.of(part);
      bytes.limit(Math.min(end, bytes.position() + PART_BYTES - part.readableBytes()));
      part.writeBytes(bytes);
      if (part.readableBytes() >= WORTH_SENDING_BYTES) {
        sendGathered();
      }
    }
  }

  private void sendGathered() throws IOException, InterruptedException {
    if (gathered.isPresent()) {
      ByteBuf part = gathered.get();
      gathered = Optional.empty();
      follow(channel.writeAndFlush(new DefaultHttpContent(part)));
    }
  }

  /// Waits until what went before is on its way.
  private void follow(ChannelFuture next) throws IOException, InterruptedException {
    Optional<ChannelFuture> before = last;
    last = Optional.of(next);
    if (before.isPresent()) {
      await(before.get());
    }
  }

  private void await(ChannelFuture sent) throws IOException, InterruptedException {
    if (!sent.await(context.settings().stallTimeout().toMillis())) {
      // Else the system keeps megabytes for it, and waits for minutes.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      throw new IOException("the client took nothing for too long");
    }
    if (!sent.isSuccess()) {
      throw new IOException("the client is gone", sent.cause());
    }
  }

  /// Marks the end of a whole answer.
  ///
  /// @return whether the connection can be used further
  /// @throws IOException the answer is not whole, or the client is gone
  boolean finish() throws IOException, InterruptedException {
    Head begun = head.orElseThrow(() -> new IOException("there is no answer"));
    boolean hasBody = !request.method().equals("HEAD");
    if (hasBody && begun.sizeBytes().orElse(written) != written) {
      throw new IOException("an answer has another size than it should");
    }
    sendGathered();
    follow(channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    await(last.orElseThrow());
    return keepAlive;
  }

  /// Gives back what the answer held.
  void end() {
    gathered.ifPresent(ByteBuf::release);
    gathered = Optional.empty();
    client.ifPresent(ClientPeer::leave);
  }
}
