package io.shoal.transport.http.gateway;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The head of an answer.
///
/// @param headers names and values, fit for the wire
/// @param sizeBytes of the body; empty if it is not known before its end
public record Head(int status, Map<String, String> headers, OptionalLong sizeBytes) {

  static Head of(int status) {
    return new Head(status, Map.of(), OptionalLong.empty());
  }

  Head with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Head(status, more, sizeBytes);
  }

  Head sized(long bytes) {
    return new Head(status, headers, OptionalLong.of(bytes));
  }
}
