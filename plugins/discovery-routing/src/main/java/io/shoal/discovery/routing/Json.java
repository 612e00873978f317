package io.shoal.discovery.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A value of JSON (RFC 8259). Written in one way only, that of DAG-JSON: no blanks, the names of a
/// map in order. So two parties sign the same bytes.
sealed interface Json {

  /// A string.
  record Text(String value) implements Json {}

  /// A number, `true`, `false` or `null`, as it is written.
  record Literal(String token) implements Json {}

  /// A list.
  record Items(List<Json> values) implements Json {
    public Items {
      values = List.copyOf(values);
    }
  }

  /// A map, in the order of its names.
  record Fields(Map<String, Json> values) implements Json {
    public Fields {
      values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    Optional<Json> get(String name) {
      return Optional.ofNullable(values.get(name));
    }

    Optional<String> text(String name) {
      return get(name)
          .flatMap(
              value -> value instanceof Text(String text) ? Optional.of(text) : Optional.empty());
    }

    /// A whole number.
    Optional<Long> number(String name) {
      return get(name)
          .flatMap(
              value ->
                  value instanceof Literal(String token) && token.matches("-?[0-9]{1,18}")
                      ? Optional.of(Long.parseLong(token))
                      : Optional.empty());
    }

    /// The values of a list; none if there is no list.
    List<Json> items(String name) {
      return get(name)
          .map(value -> value instanceof Items(List<Json> all) ? all : List.<Json>of())
          .orElse(List.of());
    }

    /// The strings of a list; what is none is left out.
    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (Json value : items(name)) {
        if (value instanceof Text(String text)) {
          texts.add(text);
        }
      }
      return texts;
    }
  }

  static Json of(String text) {
    return new Text(text);
  }

  static Json of(long number) {
    return new Literal(Long.toString(number));
  }

  static Json of(List<String> texts) {
    return new Items(texts.stream().map(Json::of).toList());
  }

  /// The one way to write it.
  default String written() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }

  private void write(StringBuilder out) {
    switch (this) {
      case Text(String value) -> quote(value, out);
      case Literal(String token) -> out.append(token);
      case Items(List<Json> values) -> {
        char before = '[';
        for (Json value : values) {
          out.append(before);
          value.write(out);
          before = ',';
        }
        out.append(values.isEmpty() ? "[]" : "]");
      }
      case Fields(Map<String, Json> values) -> {
        char before = '{';
        for (Map.Entry<String, Json> entry : values.entrySet()) {
          out.append(before);
          quote(entry.getKey(), out);
          out.append(':');
          entry.getValue().write(out);
          before = ',';
        }
        out.append(values.isEmpty() ? "{}" : "}");
      }
    }
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
