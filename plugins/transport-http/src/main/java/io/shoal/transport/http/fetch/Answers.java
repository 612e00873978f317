package io.shoal.transport.http.fetch;

import io.shoal.api.ChunkStore;
import io.shoal.api.Refusal;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// What a gateway's status and headers say.
final class Answers {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /// What a body of bytes is called; others are pages for people.
  private static final Set<String> TYPES =
      Set.of("application/vnd.ipld.raw", "application/octet-stream");

  private static final Duration WHEN_NOT_SAID = Duration.ofSeconds(5);
  private static final Duration MAX_RETRY = Duration.ofMinutes(1);

  private Answers() {}

  static boolean isRedirect(int status) {
    return REDIRECTS.contains(status);
  }

  /// Where a redirect leads, if it may: to the same host, or to one below it as gateways with an
  /// origin for each root do, and never from TLS to none. So the node's limits for a host hold, and
  /// no gateway can make this node ask others.
  static Optional<URI> next(URI from, HttpHeaders headers) {
    Optional<String> location = headers.firstValue("location");
    if (location.isEmpty()) {
      return Optional.empty();
    }
    URI to;
    try {
      to = from.resolve(location.get());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    String host = String.valueOf(to.getHost()).toLowerCase(Locale.ROOT);
    String before = String.valueOf(from.getHost()).toLowerCase(Locale.ROOT);
    String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
    boolean schemeFits =
        scheme.equals("https") || scheme.equals("http") && from.getScheme().equals("http");
    boolean hostFits = host.equals(before) || host.endsWith("." + before);
    return schemeFits && hostFits && to.getUserInfo() == null ? Optional.of(to) : Optional.empty();
  }

  /// Why there is no chunk; empty if there is one.
  static Optional<Refusal> refusal(HttpResponse.ResponseInfo answer) {
    HttpHeaders headers = answer.headers();
    return switch (answer.statusCode()) {
      case 200 -> isBytes(headers) ? Optional.empty() : Optional.of(new Refusal.Denied());
      case 401, 403, 451 -> Optional.of(new Refusal.Denied());
      case 429, 503 -> Optional.of(new Refusal.Busy(retryAfter(headers)));
      case 500 -> Optional.of(new Refusal.Corrupt());
      // Also of gateways that fetch: they found no peer that has it.
      default -> Optional.of(new Refusal.NotHeld());
    };
  }

  private static boolean isBytes(HttpHeaders headers) {
    String type = headers.firstValue("content-type").orElse("application/octet-stream");
    String coding = headers.firstValue("content-encoding").orElse("identity");
    return TYPES.contains(type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
        && coding.strip().equalsIgnoreCase("identity");
  }

  private static Duration retryAfter(HttpHeaders headers) {
    // The other form, a date, is not worth a clock.
    String text = headers.firstValue("retry-after").orElse("").strip();
    Duration wanted =
        text.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(text)) : WHEN_NOT_SAID;
    return wanted.compareTo(MAX_RETRY) < 0 ? wanted : MAX_RETRY;
  }

  /// The size of the body; empty if it is not said.
  ///
  /// @throws NumberFormatException it is no size of a chunk
  static OptionalInt sizeBytes(HttpHeaders headers) {
    OptionalLong length = headers.firstValueAsLong("content-length");
    if (length.isEmpty()) {
      return OptionalInt.empty();
    }
    if (length.getAsLong() < 0 || length.getAsLong() > ChunkStore.MAX_CHUNK_SIZE_BYTES) {
      throw new NumberFormatException(length.getAsLong() + " bytes are no chunk");
    }
    return OptionalInt.of((int) length.getAsLong());
  }
}
