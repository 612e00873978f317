package io.shoal.discovery.routing;

import io.shoal.api.MalformedDataException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads one value of JSON (RFC 8259) from strangers: strict, and no deeper than [#MAX_DEPTH]. Used
/// by one thread.
final class JsonReader {
  /// Deeper than any record that is known; each level takes a frame of the stack.
  static final int MAX_DEPTH = 16;

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /// @param text of a bounded size
  /// @throws MalformedDataException it is not exactly one value, or a name stands twice in a map
  static Json read(String text) throws MalformedDataException {
    JsonReader reader = new JsonReader(text);
    Json value = reader.value(0);
    reader.blanks();
    if (reader.at < text.length()) {
      throw reader.fault("something follows the value");
    }
    return value;
  }

  private MalformedDataException fault(String what) {
    return new MalformedDataException("no JSON: " + what + " at character " + at);
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /// The next character that is no blank; NUL at the end.
  private char peek() {
    blanks();
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private void expect(char wanted) throws MalformedDataException {
    if (peek() != wanted) {
      throw fault("'" + wanted + "' is missing");
    }
    at++;
  }

  private boolean takes(char wanted) {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  private Json value(int depth) throws MalformedDataException {
    if (depth > MAX_DEPTH) {
      throw fault("more than " + MAX_DEPTH + " levels");
    }
    return switch (peek()) {
      case '{' -> fields(depth);
      case '[' -> items(depth);
      case '"' -> new Json.Text(string());
      default -> literal();
    };
  }

  private Json fields(int depth) throws MalformedDataException {
    expect('{');
    Map<String, Json> fields = new LinkedHashMap<>();
    if (takes('}')) {
      return new Json.Fields(fields);
    }
    do {
      peek();
      String name = string();
      expect(':');
      if (fields.put(name, value(depth + 1)) != null) {
        throw fault("a name stands twice");
      }
    } while (takes(','));
    expect('}');
    return new Json.Fields(fields);
  }

  private Json items(int depth) throws MalformedDataException {
    expect('[');
    List<Json> items = new ArrayList<>();
    if (takes(']')) {
      return new Json.Items(items);
    }
    do {
      items.add(value(depth + 1));
    } while (takes(','));
    expect(']');
    return new Json.Items(items);
  }

  private Json literal() throws MalformedDataException {
    int start = at;
    while (at < text.length() && isOfLiteral(text.charAt(at))) {
      at++;
    }
    String token = text.substring(start, at);
    boolean isNumber =
        token.length() <= 40 && token.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    if (!isNumber && !token.equals("true") && !token.equals("false") && !token.equals("null")) {
      throw fault("no value");
    }
    return new Json.Literal(token);
  }

  private static boolean isOfLiteral(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || "+-.E".indexOf(c) >= 0;
  }

  private String string() throws MalformedDataException {
    if (at >= text.length() || text.charAt(at) != '"') {
      throw fault("no string");
    }
    at++;
    StringBuilder out = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c < ' ') {
        throw fault("a control character");
      }
      out.append(c == '\\' ? escaped() : c);
    }
    throw fault("a string without an end");
  }

  private char escaped() throws MalformedDataException {
    char c = at < text.length() ? text.charAt(at++) : '\0';
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw fault("an unknown escape");
    };
  }

  private char unicode() throws MalformedDataException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at++), 16) : -1;
      if (digit < 0) {
        throw fault("an unknown escape");
      }
      value = value << 4 | digit;
    }
    return (char) value;
  }
}
