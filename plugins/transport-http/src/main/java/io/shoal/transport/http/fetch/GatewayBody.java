package io.shoal.transport.http.fetch;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkStore;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// A chunk on its way from a gateway. Its bytes wait here until they are read; as long as enough
/// wait, no more are taken from the connection.
///
/// A gateway that does not say how large the chunk is may send up to 2 MiB before it is known.
final class GatewayBody implements ChunkBody {
  /// Buffers of 16 KiB that may wait to be read: what a line of 100 Mbit/s and 10 ms has on its
  /// way.
  private static final int WINDOW_BUFFERS = 8;

  private static final int MAX_REDIRECTS = 3;

  private final GatewayClient client;
  private final GatewayConnection connection;
  private final Deque<ByteBuffer> buffers = new ArrayDeque<>();

  private URI uri;
  private int redirects;
  private OptionalInt size = OptionalInt.empty();
  private int receivedBytes;
  private boolean whole;
  private Optional<Refusal> refusal = Optional.empty();
  private Optional<Flow.Subscription> subscription = Optional.empty();
  private Optional<CompletableFuture<?>> request = Optional.empty();

  /// Grows whenever something above changes that a reader waits for.
  private int changes;

  /// When the last news came from the gateway; empty before the request is sent.
  private Optional<Long> newsNanos = Optional.empty();

  GatewayBody(GatewayClient client, GatewayConnection connection, URI uri) {
    this.client = client;
    this.connection = connection;
    this.uri = uri;
  }

  /// Sends the request.
  void start() {
    URI target;
    synchronized (this) {
      if (refusal.isPresent()) {
        return;
      }
      target = uri;
      newsNanos = Optional.of(client.nanoTime());
    }
    HttpRequest wanted =
        HttpRequest.newBuilder(target)
            .header("Accept", "application/vnd.ipld.raw")
            .header("User-Agent", client.agent())
            .build();
    CompletableFuture<HttpResponse<Void>> sent = client.http().sendAsync(wanted, this::answered);
    boolean late;
    synchronized (this) {
      request = Optional.of(sent);
      late = refusal.isPresent();
    }
    if (late) {
      sent.cancel(true);
    }
    var _ =
        sent.whenComplete(
            (_, failure) -> {
              if (failure != null) {
                failed(failure);
              }
            });
  }

  private HttpResponse.BodySubscriber<Void> answered(HttpResponse.ResponseInfo answer) {
    connection.answered();
    if (Answers.isRedirect(answer.statusCode())) {
      redirect(answer);
      return new UnwantedBody();
    }
    Optional<Refusal> refused = Answers.refusal(answer);
    if (refused.isPresent()) {
      connection.refused();
      refuse(refused.get());
      return new UnwantedBody();
    }
    try {
      OptionalInt said = Answers.sizeBytes(answer.headers());
      synchronized (this) {
        size = said;
        newsNanos = Optional.of(client.nanoTime());
        changed();
      }
      return new Wanted();
    } catch (NumberFormatException e) {
      connection.brokeRules("it sends a chunk of a wrong size: " + e.getMessage());
      return new UnwantedBody();
    }
  }

  private void redirect(HttpResponse.ResponseInfo answer) {
    Optional<URI> next;
    synchronized (this) {
      redirects++;
      next = redirects > MAX_REDIRECTS ? Optional.empty() : Answers.next(uri, answer.headers());
      uri = next.orElse(uri);
    }
    if (next.isPresent()) {
      start();
    } else {
      refuse(new Refusal.Denied());
    }
  }

  private void failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    boolean unreachable =
        cause instanceof ConnectException
            || cause instanceof HttpConnectTimeoutException
            || cause instanceof UnresolvedAddressException
            || cause instanceof SSLException;
    if (refuse(new Refusal.Gone())) {
      connection.failed(unreachable);
    }
  }

  /// Ends the request without a chunk, unless it is over.
  ///
  /// @return whether it was not
  boolean refuse(Refusal why) {
    synchronized (this) {
      if (refusal.isPresent() || whole) {
        return false;
      }
      refusal = Optional.of(why);
      changed();
    }
    connection.over(this);
    return true;
  }

  @Override
  public int awaitSize() throws RefusedException, InterruptedException {
    while (true) {
      synchronized (this) {
        if (refusal.isPresent()) {
          throw new RefusedException(refusal.get());
        }
        if (size.isPresent()) {
          return size.getAsInt();
        }
        awaitNews();
      }
      endIfSilent();
    }
  }

  @Override
  public int read(ByteBuffer into) throws RefusedException, InterruptedException {
    int before = into.position();
    while (true) {
      int taken = 0;
      Optional<Flow.Subscription> from;
      synchronized (this) {
        if (refusal.isPresent()) {
          throw new RefusedException(refusal.get());
        }
        while (into.hasRemaining() && !buffers.isEmpty()) {
          taken += take(into) ? 1 : 0;
        }
        if (into.position() == before) {
          if (whole) {
            return -1;
          }
          awaitNews();
        }
        from = subscription;
      }
      if (into.position() > before) {
        if (taken > 0 && from.isPresent()) {
          from.get().request(taken);
        }
        return into.position() - before;
      }
      endIfSilent();
    }
  }

  /// Moves bytes of the first buffer.
  ///
  /// @return whether it is empty now
  private boolean take(ByteBuffer into) {
    ByteBuffer first = buffers.getFirst();
    int count = Math.min(first.remaining(), into.remaining());
    into.put(into.position(), first, first.position(), count);
    into.position(into.position() + count);
    first.position(first.position() + count);
    if (!first.hasRemaining()) {
      buffers.removeFirst();
    }
    return !first.hasRemaining();
  }

  /// Waits for anything new, at most until the gateway counts as silent. Called under the lock.
  private void awaitNews() throws InterruptedException {
    int before = changes;
    long left = leftMillis();
    while (changes == before && left > 0) {
      wait(left);
      left = leftMillis();
    }
  }

  private void changed() {
    changes++;
    notifyAll();
  }

  private long leftMillis() {
    long all = client.settings().stallTimeout().toNanos();
    return TimeUnit.NANOSECONDS.toMillis(
        newsNanos.map(news -> all - (client.nanoTime() - news)).orElse(all));
  }

  private void endIfSilent() {
    boolean silent;
    synchronized (this) {
      silent = newsNanos.isPresent() && leftMillis() <= 0;
    }
    if (silent && refuse(new Refusal.Gone())) {
      cancel();
      connection.failed(false);
    }
  }

  private void cancel() {
    Optional<Flow.Subscription> from;
    Optional<CompletableFuture<?>> running;
    synchronized (this) {
      buffers.clear();
      from = subscription;
      running = request;
    }
    from.ifPresent(Flow.Subscription::cancel);
    running.ifPresent(future -> future.cancel(true));
  }

  @Override
  public void close() {
    boolean running;
    synchronized (this) {
      running = !whole && refusal.isEmpty();
      refusal = Optional.of(refusal.orElse(new Refusal.Gone()));
      buffers.clear();
      changed();
    }
    if (running) {
      cancel();
      connection.over(this);
    }
  }

  /// Takes the bytes of the chunk.
  private final class Wanted implements HttpResponse.BodySubscriber<Void> {

    @Override
    public CompletionStage<Void> getBody() {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onSubscribe(Flow.Subscription from) {
      boolean over;
      boolean endless;
      synchronized (GatewayBody.this) {
        over = refusal.isPresent();
        endless = size.isEmpty();
        subscription = Optional.of(from);
      }
      if (over) {
        from.cancel();
      } else {
        // Without a size all has to come before it can be read.
        from.request(endless ? Long.MAX_VALUE : WINDOW_BUFFERS);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> items) {
      int more = items.stream().mapToInt(ByteBuffer::remaining).sum();
      connection.received(more);
      boolean tooLarge;
      int empty;
      Optional<Flow.Subscription> from;
      synchronized (GatewayBody.this) {
        if (refusal.isPresent()) {
          return;
        }
        receivedBytes += more;
        tooLarge = receivedBytes > size.orElse(ChunkStore.MAX_CHUNK_SIZE_BYTES);
        int before = buffers.size();
        items.stream().filter(ByteBuffer::hasRemaining).forEach(buffers::add);
        // Credit is counted in lists, room in buffers.
        empty = buffers.size() == before ? 1 : 0;
        newsNanos = Optional.of(client.nanoTime());
        from = subscription;
        changed();
      }
      if (tooLarge) {
        connection.brokeRules("it sends more than a chunk");
      } else if (empty > 0 && from.isPresent()) {
        from.get().request(empty);
      }
    }

    @Override
    public void onError(Throwable failure) {
      failed(failure);
    }

    @Override
    public void onComplete() {
      boolean complete;
      synchronized (GatewayBody.this) {
        complete = refusal.isEmpty() && receivedBytes == size.orElse(receivedBytes);
        if (complete) {
          size = OptionalInt.of(receivedBytes);
          whole = true;
          changed();
        }
      }
      if (complete) {
        connection.over(GatewayBody.this);
      } else {
        failed(new EOFException("the body ends before its end"));
      }
    }
  }
}
