package io.shoal.transport.http.gateway;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The head of a request.
///
/// @param target as it came: path and query
/// @param headers by their names in lower case
public record Request(String method, String target, Map<String, List<String>> headers) {

  /// All values of a header, as one list.
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)))
        .map(values -> String.join(", ", values));
  }

  /// Whether the body of the answer is left out.
  boolean isHead() {
    return method.equals("HEAD");
  }

  /// Whether the client wants only what is here.
  boolean isOnlyIfCached() {
    return header("cache-control")
        .filter(control -> control.toLowerCase(Locale.ROOT).contains("only-if-cached"))
        .isPresent();
  }
}
