package io.shoal.transport.http.gateway;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The bytes that a request wants of a body (RFC 9110, 14). Of several ranges none is used: the
/// whole body is a right answer too.
///
/// @param last included
record ByteRange(long first, long last) {
  private static final Pattern FORM = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  long sizeBytes() {
    return last - first + 1;
  }

  /// @param etag of the body as it is now
  /// @return empty for all of it
  /// @throws StatusException there is no such range
  static Optional<ByteRange> of(Request request, String etag, long sizeBytes)
      throws StatusException {
    Optional<String> condition = request.header("if-range");
    Matcher form = FORM.matcher(request.header("range").orElse(""));
    if (!form.matches() || condition.isPresent() && !condition.get().equals(etag)) {
      return Optional.empty();
    }
    String from = form.group(1);
    String to = form.group(2);
    if (from.isEmpty() && to.isEmpty()) {
      return Optional.empty();
    }
    long first =
        from.isEmpty() ? Math.max(0, sizeBytes - Long.parseLong(to)) : Long.parseLong(from);
    long last =
        from.isEmpty() || to.isEmpty()
            ? sizeBytes - 1
            : Math.min(sizeBytes - 1, Long.parseLong(to));
    if (!from.isEmpty() && !to.isEmpty() && Long.parseLong(to) < first) {
      return Optional.empty();
    }
    if (first > last) {
      throw new StatusException(
          Head.of(416).with("Content-Range", "bytes */" + sizeBytes),
          "the content has " + sizeBytes + " bytes");
    }
    return Optional.of(new ByteRange(first, last));
  }

  /// The head of an answer with these bytes, or with all.
  static Head head(Optional<ByteRange> range, long sizeBytes) {
    return range
        .map(
            part ->
                Head.of(206)
                    .with(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(part.first(), part.last(), sizeBytes))
                    .sized(part.sizeBytes()))
        .orElseGet(() -> Head.of(200).sized(sizeBytes))
        .with("Accept-Ranges", "bytes");
  }
}
