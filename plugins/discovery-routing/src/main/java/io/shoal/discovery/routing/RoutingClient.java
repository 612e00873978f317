package io.shoal.discovery.routing;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.PeerAddress;
import io.shoal.api.Quoted;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.UserFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/// Asks routing servers, and sends them announcements. It follows no redirect: a server that the
/// operator named must not point this node elsewhere. Usable from any thread.
final class RoutingClient implements AutoCloseable {
  static final String STREAM = "application/x-ndjson";
  static final String LIST = "application/json";

  /// A server that takes longer to take up a connection is away.
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /// Of an answer to an announcement.
  private static final int MAX_RESULT_BYTES = 64 << 10;

  /// Of an explanation that is shown.
  private static final int MAX_EXPLANATION_BYTES = 200;

  private final HttpClient http;
  private final AnswerCache cache;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final InstantSource clock;

  /// @param timeout of the begin of an answer; the reader of its body is interrupted by the caller
  RoutingClient(AnswerCache cache, Duration timeout, LongSupplier nanoTime, InstantSource clock) {
    Executor threads = task -> Thread.ofVirtual().name("routing-http").start(task);
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads)
            .build();
    this.cache = cache;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
    this.clock = clock;
  }

  /// Reports the addresses of the providers that a server knows, each as soon as it is read: from
  /// the cache while they are fresh, and instead of an error.
  ///
  /// @param sink says whether to go on
  void find(RoutingEndpoint endpoint, Backoff backoff, Cid cid, Predicate<PeerAddress> sink)
      throws ShoalException, InterruptedException {
    Optional<AnswerCache.Answer> known = cache.get(endpoint, cid.multihash());
    if (known.isPresent() && known.get().isFresh(nanoTime.getAsLong())) {
      report(known.get(), sink);
      return;
    }
    try {
      Duration left = backoff.left();
      if (!left.isZero()) {
        throw new RetryableException(
            "%s is left alone for %d s more: %s"
                .formatted(
                    endpoint, left.toSeconds() + 1, backoff.lastFailure().orElse("it failed")));
      }
      ask(endpoint, backoff, cid, known, sink);
    } catch (RetryableException e) {
      if (known.isEmpty() || !known.get().isUsable(nanoTime.getAsLong())) {
        throw e;
      }
      report(known.get(), sink);
    }
  }

  private static void report(AnswerCache.Answer answer, Predicate<PeerAddress> sink) {
    for (PeerAddress address : answer.addresses()) {
      if (!sink.test(address)) {
        return;
      }
    }
  }

  private void ask(
      RoutingEndpoint endpoint,
      Backoff backoff,
      Cid cid,
      Optional<AnswerCache.Answer> known,
      Predicate<PeerAddress> sink)
      throws ShoalException, InterruptedException {
    HttpRequest.Builder request =
        request(endpoint, endpoint.providersOf(cid))
            .header("Accept", STREAM + ", " + LIST + ";q=0.9");
    known
        .map(AnswerCache.Answer::etag)
        .filter(etag -> !etag.isEmpty())
        .ifPresent(etag -> request.header("If-None-Match", etag));
    try {
      HttpResponse<InputStream> response =
          http.send(request.GET().build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        take(endpoint, cid, known, response, body, sink);
      }
      backoff.succeeded();
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(e);
      }
      throw failed(endpoint, backoff, reason(e), Optional.empty(), e);
    } catch (MalformedDataException e) {
      throw failed(endpoint, backoff, String.valueOf(e.getMessage()), Optional.empty(), e);
    } catch (StatusException e) {
      throw failed(endpoint, backoff, e);
    }
  }

  private static InterruptedException interrupted(Exception cause) {
    InterruptedException end = new InterruptedException("the request was interrupted");
    end.initCause(cause);
    return end;
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    String name = e.getClass().getSimpleName();
    return message == null ? name : Quoted.of(name + ": " + message);
  }

  private HttpRequest.Builder request(RoutingEndpoint endpoint, URI uri) {
    boolean secure = "https".equalsIgnoreCase(endpoint.base().getScheme());
    return HttpRequest.newBuilder(uri)
        .timeout(timeout)
        .version(secure ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
        .header("User-Agent", "shoal");
  }

  private void take(
      RoutingEndpoint endpoint,
      Cid cid,
      Optional<AnswerCache.Answer> known,
      HttpResponse<InputStream> response,
      InputStream body,
      Predicate<PeerAddress> sink)
      throws IOException, MalformedDataException, StatusException {
    Freshness freshness =
        Freshness.of(
            String.join(",", response.headers().allValues("Cache-Control")),
            header(response, "Age"));
    String etag = header(response, "ETag");
    switch (response.statusCode()) {
      case 200 -> {
        List<PeerAddress> found = new ArrayList<>();
        if (read(response, body, record -> all(record, found, sink))) {
          cache.put(endpoint, cid.multihash(), found, etag, freshness);
        }
      }
      case 304 -> {
        AnswerCache.Answer same =
            known.orElseThrow(
                () -> new StatusException(304, "it was not asked whether it changed"));
        cache.put(
            endpoint,
            cid.multihash(),
            same.addresses(),
            etag.isEmpty() ? same.etag() : etag,
            freshness);
        report(same, sink);
      }
      // Of servers before IPIP-513, which answer so if they know none.
      case 404 -> cache.put(endpoint, cid.multihash(), List.of(), "", freshness);
      default -> throw status(response, body);
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /// @return whether all of it was read
  private static boolean read(
      HttpResponse<?> response, InputStream body, Predicate<PeerRecord> sink)
      throws IOException, MalformedDataException {
    String type =
        header(response, "Content-Type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    boolean[] whole = {true};
    Predicate<PeerRecord> watched =
        record -> {
          whole[0] = sink.test(record);
          return whole[0];
        };
    switch (type) {
      case STREAM -> whole[0] &= RecordReader.stream(body, watched);
      case LIST -> RecordReader.list(body, watched);
      default ->
          throw new MalformedDataException(
              "it answers with '" + Quoted.of(type) + "', as no routing server does");
    }
    return whole[0];
  }

  private static boolean all(
      PeerRecord record, List<PeerAddress> found, Predicate<PeerAddress> sink) {
    for (PeerAddress address : record.dialable()) {
      found.add(address);
      if (!sink.test(address)) {
        return false;
      }
    }
    return true;
  }

  /// A status that is no answer.
  private static final class StatusException extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Optional<Duration> retryAfter;

    StatusException(int status, String explanation) {
      this(status, explanation, Optional.empty());
    }

    StatusException(int status, String explanation, Optional<Duration> retryAfter) {
      super(
          explanation.isBlank()
              ? "it answers with status " + status
              : "it answers with status " + status + " (" + Quoted.of(explanation.strip()) + ")");
      this.status = status;
      this.retryAfter = retryAfter;
    }
  }

  private StatusException status(HttpResponse<?> response, InputStream body) throws IOException {
    String explanation = new String(body.readNBytes(MAX_EXPLANATION_BYTES), StandardCharsets.UTF_8);
    boolean isText = header(response, "Content-Type").startsWith("text/plain");
    return new StatusException(
        response.statusCode(),
        isText ? explanation : "",
        retryAfter(header(response, "Retry-After")));
  }

  /// Seconds, or a date (RFC 9110 §10.2.3).
  private Optional<Duration> retryAfter(String text) {
    if (text.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Instant when = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(clock.instant(), when));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static ShoalException failed(
      RoutingEndpoint endpoint, Backoff backoff, StatusException e) {
    ShoalException failure =
        failed(endpoint, backoff, String.valueOf(e.getMessage()), e.retryAfter, e);
    boolean refused = e.status == 401 || e.status == 403;
    return refused
        ? new UserFaultException(
            "%s refuses this node (status %d): correct the key 'token', or ask its operator"
                .formatted(endpoint, e.status),
            e)
        : failure;
  }

  private static RetryableException failed(
      RoutingEndpoint endpoint,
      Backoff backoff,
      String why,
      Optional<Duration> asked,
      Exception cause) {
    backoff.failed(why, asked);
    return new RetryableException(
        "%s does not answer as a routing server (%s): try again later, or name another one"
            .formatted(endpoint, why),
        cause);
  }

  /// Sends announcements (`PUT /routing/v1/providers`).
  ///
  /// @param token sent as `Authorization: Bearer`, if there is one
  /// @throws RetryableException it did not take all of it
  /// @throws UserFaultException it refuses this node
  void announce(RoutingEndpoint endpoint, Backoff backoff, Optional<String> token, String body)
      throws ShoalException, InterruptedException {
    HttpRequest.Builder request =
        request(endpoint, endpoint.providers()).header("Content-Type", LIST);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    try {
      HttpResponse<InputStream> response =
          http.send(
              request.PUT(HttpRequest.BodyPublishers.ofString(body)).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream result = response.body()) {
        if (response.statusCode() != 200) {
          throw status(response, result);
        }
        requireTaken(new String(result.readNBytes(MAX_RESULT_BYTES), StandardCharsets.UTF_8));
      }
      backoff.succeeded();
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(e);
      }
      throw failed(endpoint, backoff, reason(e), Optional.empty(), e);
    } catch (MalformedDataException e) {
      throw failed(endpoint, backoff, String.valueOf(e.getMessage()), Optional.empty(), e);
    } catch (StatusException e) {
      throw failed(endpoint, backoff, e);
    }
  }

  private static void requireTaken(String text) throws MalformedDataException {
    if (JsonReader.read(text) instanceof Json.Fields fields) {
      for (Json result : fields.items("ProvideResults")) {
        if (result instanceof Json.Fields one && one.text("Error").isPresent()) {
          throw new MalformedDataException(
              "it does not take an announcement: " + Quoted.of(one.text("Error").get()));
        }
      }
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
