package io.shoal.storage.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/// Sends the SDK's requests with the JDK's HTTP client.
///
/// The SDK's own client on URL connections keeps five idle connections to a host, for the whole
/// Java machine, so that with more requests at once each has a handshake of its own; and it waits
/// for each read by itself, so that a service that sends a byte now and then holds a call for good.
///
/// A request fails when nothing of it moved for a while, and at the [Deadline] of its thread.
final class JdkHttp implements SdkHttpClient {
  /// A chunk, or a page of a list: a thousand keys of at most 1,024 bytes and their tags.
  private static final long MAX_ANSWER_BYTES = 4L << 20;

  private static final int CLOSE_SECONDS = 1;

  /// Headers that the JDK's client sets itself.
  private static final Set<String> OWN_HEADERS =
      Set.of("host", "content-length", "connection", "expect", "upgrade");

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("s3-http-", 0).factory());
  private final HttpClient client;
  private final Duration idle;
  private final LongSupplier nanoTime;

  /// @param idle how long nothing of a request may move
  /// @param trust whose certificates are trusted; the JDK's if empty
  JdkHttp(Duration idle, Optional<SSLContext> trust, LongSupplier nanoTime) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(idle)
            .executor(threads);
    trust.ifPresent(builder::sslContext);
    client = builder.build();
    this.idle = idle;
    this.nanoTime = nanoTime;
  }

  @Override
  public String clientName() {
    return "Jdk";
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new Exchange(request);
  }

  @Override
  public void close() {
    client.shutdownNow();
    try {
      boolean _ = client.awaitTermination(Duration.ofSeconds(CLOSE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }

  private final class Exchange implements ExecutableHttpRequest {
    private final HttpExecuteRequest request;
    private final CompletableFuture<Void> aborted = new CompletableFuture<>();
    private volatile long movedNanos;

    Exchange(HttpExecuteRequest request) {
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      moved();
      CompletableFuture<HttpResponse<InputStream>> answer =
          client.sendAsync(converted(), _ -> new ReceivedBody(MAX_ANSWER_BYTES, this::moved));
      var _ = aborted.whenComplete((_, _) -> answer.cancel(true));
      boolean done = false;
      try {
        HttpExecuteResponse response = converted(awaited(answer));
        done = true;
        return response;
      } finally {
        if (!done) {
          answer.cancel(true);
        }
      }
    }

    private void moved() {
      movedNanos = nanoTime.getAsLong();
    }

    private HttpRequest converted() throws IOException {
      SdkHttpRequest from = request.httpRequest();
      HttpRequest.Builder to = HttpRequest.newBuilder(from.getUri());
      from.forEachHeader(
          (name, values) -> {
            if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
              values.forEach(value -> to.header(name, value));
            }
          });
      Optional<ContentStreamProvider> content = request.contentStreamProvider();
      if (content.isEmpty()) {
        return to.method(from.method().name(), BodyPublishers.noBody()).build();
      }
      // Read here, in the thread of the caller: no other touches its buffer, also not later.
      try (InputStream in = content.get().newStream()) {
        byte[] whole = in.readAllBytes();
        return to.method(
                from.method().name(), new SentBody(BodyPublishers.ofByteArray(whole), this::moved))
            .build();
      }
    }

    private HttpResponse<InputStream> awaited(CompletableFuture<HttpResponse<InputStream>> answer)
        throws IOException {
      while (true) {
        long idleLeft = idle.toNanos() - (nanoTime.getAsLong() - movedNanos);
        long left =
            Deadline.CURRENT.isBound()
                ? Math.min(idleLeft, Deadline.CURRENT.get().leftNanos())
                : idleLeft;
        if (left <= 0) {
          throw new HttpTimeoutException(
              idleLeft <= 0
                  ? "nothing came for " + idle.toMillis() + " ms"
                  : "no answer before the end of the call");
        }
        try {
          return answer.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          // Looks again: something may have moved meanwhile.
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException("interrupted while waiting for an answer");
        } catch (CancellationException e) {
          throw new IOException("the request was given up", e);
        } catch (ExecutionException e) {
          throw e.getCause() instanceof IOException known
              ? known
              : new IOException(String.valueOf(e.getCause()), e.getCause());
        }
      }
    }

    private HttpExecuteResponse converted(HttpResponse<InputStream> from) {
      SdkHttpFullResponse.Builder to = SdkHttpFullResponse.builder().statusCode(from.statusCode());
      from.headers().map().forEach((name, values) -> to.putHeader(name, values));
      return HttpExecuteResponse.builder()
          .response(to.build())
          .responseBody(AbortableInputStream.create(from.body()))
          .build();
    }

    @Override
    public void abort() {
      aborted.complete(null);
    }
  }
}
