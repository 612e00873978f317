package io.shoal.transport.http.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.shoal.api.PeerAddress;
import io.shoal.transport.http.gateway.Request;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One inbound connection: its requests are answered one after the other, each on a virtual thread.
/// All methods run on the connection's event loop unless they say otherwise.
final class HttpChannel extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(HttpChannel.class);

  /// Requests that a client may send before the answer to an earlier one has ended.
  private static final int MAX_WAITING = 8;

  private final ServerContext context;
  private final ClientPeers peers;
  private final Channel channel;
  private final PeerAddress address;
  private final ClientCounters counters;
  private final Deque<Incoming> waiting = new ArrayDeque<>();

  /// The request whose end is not here yet.
  private Optional<HttpRequest> head = Optional.empty();

  private boolean hasBody;
  private boolean answering;

  /// A request was malformed: what follows it cannot be told apart.
  private boolean ended;

  private Optional<Future<?>> deadline = Optional.empty();

  /// The thread that answers; guarded by this.
  private Optional<Thread> answerer = Optional.empty();

  /// As the node knows it. Used by the thread that answers.
  private Optional<ClientPeer> client = Optional.empty();

  /// A request that waits for its answer.
  ///
  /// @param fault the status of its answer if it is not to be looked at, else 0
  private record Incoming(Request request, boolean keepAlive, int fault) {}

  HttpChannel(ServerContext context, ClientPeers peers, Channel channel, ClientCounters counters) {
    this.context = context;
    this.peers = peers;
    this.channel = channel;
    this.address = counters.address();
    this.counters = counters;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    awaitRequest();
  }

  /// A whole request has to come in time. This ends idle connections, and those that send a few
  /// bytes now and then.
  private void awaitRequest() {
    deadline.ifPresent(old -> old.cancel(false));
    deadline =
        Optional.of(
            channel
                .eventLoop()
                .schedule(
                    () -> {
                      var _ = channel.close();
                    },
                    context.settings().idleTimeout().toMillis(),
                    TimeUnit.MILLISECONDS));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (ended) {
        return;
      }
      if (message instanceof HttpRequest request) {
        DecoderResult result = request.decoderResult();
        if (result.isFailure()) {
          malformed(result.cause());
          return;
        }
        head = Optional.of(request);
        hasBody = HttpUtil.isTransferEncodingChunked(request) || contentLength(request) != 0;
      }
      if (message instanceof HttpContent content) {
        if (content.decoderResult().isFailure()) {
          malformed(content.decoderResult().cause());
        } else if (head.isPresent() && (hasBody || message instanceof LastHttpContent)) {
          take(head.get());
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private static long contentLength(HttpRequest request) {
    return HttpUtil.isContentLengthSet(request) ? HttpUtil.getContentLength(request, -1L) : 0;
  }

  private void malformed(Throwable cause) {
    int status =
        switch (cause) {
          case TooLongHttpLineException _ -> 414;
          case TooLongHttpHeaderException _ -> 431;
          default -> 400;
        };
    ended = true;
    add(new Incoming(new Request("GET", "", Map.of()), false, status));
  }

  private void take(HttpRequest request) {
    head = Optional.empty();
    int fault = 0;
    if (hasBody) {
      // Nothing here takes one, and the next request cannot be found before its end.
      fault = 413;
    } else if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      // Without chunks the end of a DAG could not be told from a break.
      fault = 505;
    } else if (request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
      fault = 400;
    } else if (request.headers().contains(HttpHeaderNames.EXPECT)) {
      fault = 417;
    }
    ended = fault != 0 || !HttpUtil.isKeepAlive(request);
    add(new Incoming(request(request), !ended, fault));
  }

  private static Request request(HttpRequest request) {
    Map<String, List<String>> headers = new HashMap<>();
    request
        .headers()
        .iteratorAsString()
        .forEachRemaining(
            header ->
                headers
                    .computeIfAbsent(
                        header.getKey().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(header.getValue()));
    return new Request(request.method().name(), request.uri(), headers);
  }

  private void add(Incoming request) {
    if (waiting.size() == MAX_WAITING) {
      var _ = channel.close();
      return;
    }
    waiting.add(request);
    answerNext();
  }

  private void answerNext() {
    if (answering || waiting.isEmpty() || !channel.isActive()) {
      return;
    }
    Incoming next = waiting.remove();
    answering = true;
    deadline.ifPresent(old -> old.cancel(false));
    counters.request();
    context.threads().execute(() -> answer(next));
  }

  /// Runs on a thread of its own.
  private void answer(Incoming incoming) {
    synchronized (this) {
      answerer = Optional.of(Thread.currentThread());
    }
    ChannelExchange exchange =
        new ChannelExchange(
            context, channel, counters, incoming.request(), incoming.keepAlive(), this::enter);
    boolean goesOn = false;
    try {
      // An end before this has interrupted nobody.
      if (channel.isActive()) {
        if (incoming.fault() == 0) {
          context.gateway().answer(exchange);
        } else {
          context.gateway().refuse(exchange, incoming.fault());
        }
        goesOn = exchange.finish();
      }
    } catch (IOException | InterruptedException e) {
      LOG.debug("An answer to {} broke off", address, e);
    } catch (RuntimeException e) {
      LOG.error("A request of {} was not answered: {}", address, e.toString(), e);
    } finally {
      synchronized (this) {
        answerer = Optional.empty();
      }
      exchange.end();
      if (goesOn) {
        channel.eventLoop().execute(this::answered);
      } else {
        var _ = channel.close();
      }
    }
  }

  private ClientPeer enter() {
    if (client.isEmpty() || !client.get().enter(channel)) {
      client = Optional.of(peers.enter(channel, address));
    }
    return client.get();
  }

  private void answered() {
    answering = false;
    if (waiting.isEmpty()) {
      awaitRequest();
    } else {
      answerNext();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.ifPresent(old -> old.cancel(false));
    waiting.clear();
    synchronized (this) {
      answerer.ifPresent(Thread::interrupt);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("The connection of {} failed", address, cause);
    var _ = channel.close();
  }
}
