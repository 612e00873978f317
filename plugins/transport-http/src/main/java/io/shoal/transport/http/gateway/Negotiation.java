package io.shoal.transport.http.gateway;

import io.shoal.transport.http.content.ByteSpan;
import io.shoal.transport.http.content.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which format a request wants: by its parameters, and where they say nothing by `Accept`.
final class Negotiation {
  static final String RAW = "application/vnd.ipld.raw";
  static final String CAR = "application/vnd.ipld.car";

  private static final int MAX_ACCEPTED = 32;

  /// A type of `Accept` with its parameters.
  private record Accepted(String type, Map<String, String> parameters) {}

  private final Question question;
  private final List<Accepted> accepted;
  private final boolean plain;

  /// @param plain whether content is served to clients that cannot check it
  Negotiation(Question question, Request request, boolean plain) {
    this.question = question;
    this.accepted = accepted(request.header("accept").orElse(""));
    this.plain = plain;
  }

  Format format() throws StatusException {
    Optional<String> wanted = question.parameter("format");
    if (wanted.isPresent()) {
      return switch (wanted.get()) {
        case "raw" -> new Format.Raw();
        case "car" -> car();
        default -> throw new StatusException(406, "the formats here are raw and car");
      };
    }
    for (Accepted type : accepted) {
      switch (type.type()) {
        case RAW -> {
          return new Format.Raw();
        }
        case CAR -> {
          return car();
        }
        default -> {
          if (type.type().startsWith("application/vnd.ip")) {
            throw new StatusException(406, "the formats here are " + RAW + " and " + CAR);
          }
        }
      }
    }
    if (!plain) {
      throw new StatusException(400, "name a format: ?format=raw or ?format=car");
    }
    return new Format.Plain();
  }

  private Format car() throws StatusException {
    require("car-version", "version", List.of("1"));
    require("car-order", "order", List.of("dfs", "unk"));
    String duplicates = require("car-dups", "dups", List.of("n", "y"));
    Optional<ByteSpan> span = span();
    Optional<String> name = question.parameter("dag-scope");
    Scope scope =
        name.isPresent()
            ? Scope.parse(name.get())
                .orElseThrow(() -> new StatusException(400, "dag-scope is block, entity or all"))
            : Scope.ALL;
    return new Format.Car(span.isPresent() ? Scope.ENTITY : scope, span, duplicates.equals("y"));
  }

  private Optional<ByteSpan> span() throws StatusException {
    Optional<String> text = question.parameter("entity-bytes");
    Optional<ByteSpan> span = text.flatMap(ByteSpan::parse);
    if (text.isPresent() && span.isEmpty()) {
      throw new StatusException(400, "entity-bytes is FROM:TO, such as 0:1023 or -1024:*");
    }
    return span;
  }

  /// The value of a parameter of the URL or, without it, of `Accept`; else the first that may be.
  private String require(String ofUrl, String ofAccept, List<String> allowed)
      throws StatusException {
    Optional<String> inUrl = question.parameter(ofUrl);
    String value =
        inUrl
            .or(
                () ->
                    accepted.stream()
                        .filter(type -> type.type().equals(CAR))
                        .findFirst()
                        .map(type -> type.parameters().get(ofAccept)))
            .orElse(allowed.getFirst());
    if (!allowed.contains(value)) {
      throw new StatusException(
          inUrl.isPresent() ? 400 : 406, ofUrl + " is " + String.join(" or ", allowed));
    }
    return value;
  }

  private static List<Accepted> accepted(String header) {
    return Arrays.stream(header.split(",", MAX_ACCEPTED)).map(Negotiation::type).toList();
  }

  private static Accepted type(String text) {
    String[] parts = text.split(";");
    Map<String, String> parameters = new HashMap<>();
    for (String part : Arrays.asList(parts).subList(Math.min(1, parts.length), parts.length)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parameters.put(
            part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            part.substring(equals + 1).strip());
      }
    }
    return new Accepted(
        parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT), parameters);
  }
}
