package io.shoal.runtime.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a JSON text (RFC 8259) as maps, lists, strings, [Long]s, [Double]s, [Boolean]s and null.
/// Refuses what the RFC leaves open: a name that occurs twice in an object.
final class JsonParser {

  /// Objects in lists in objects: the deepest value has four levels.
  private static final int MAX_DEPTH = 16;

  private static final char END = '\0';

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  /// @param json UTF-8
  static @Nullable Object parse(byte[] json) {
    JsonParser parser;
    try {
      // A string's constructor would replace what is not UTF-8.
      parser =
          new JsonParser(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString());
    } catch (CharacterCodingException e) {
      throw new JsonException("it is not UTF-8", e);
    }
    Object value = parser.value(0);
    parser.skipBlanks();
    if (parser.at < parser.text.length()) {
      throw parser.unexpected();
    }
    return value;
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new JsonException("it has more than " + MAX_DEPTH + " levels");
    }
    skipBlanks();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    at++;
    if (!skip('}')) {
      do {
        skipBlanks();
        String name = string();
        require(':');
        if (object.containsKey(name)) {
          throw new JsonException("'" + name + "' occurs twice");
        }
        object.put(name, value(depth + 1));
      } while (skip(','));
      require('}');
    }
    return object;
  }

  private List<@Nullable Object> array(int depth) {
    List<@Nullable Object> array = new ArrayList<>();
    at++;
    if (!skip(']')) {
      do {
        array.add(value(depth + 1));
      } while (skip(','));
      require(']');
    }
    return array;
  }

  private String string() {
    if (peek() != '"') {
      throw unexpected();
    }
    int start = ++at;
    while (peek() >= ' ' && peek() != '"' && peek() != '\\') {
      at++;
    }
    if (peek() == '"') {
      return text.substring(start, at++);
    }
    StringBuilder string = new StringBuilder().append(text, start, at);
    while (peek() != '"') {
      if (peek() < ' ') {
        throw unexpected();
      }
      string.append(peek() == '\\' ? escaped() : text.charAt(at));
      at++;
    }
    at++;
    return string.toString();
  }

  /// The character that an escape means; leaves `at` on the escape's last one.
  private char escaped() {
    at++;
    return switch (peek()) {
      case '"', '\\', '/' -> peek();
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int digits = 0; digits < 4; digits++) {
          at++;
          int digit = peek() < 128 ? Character.digit(peek(), 16) : -1;
          if (digit < 0) {
            throw unexpected();
          }
          code = code << 4 | digit;
        }
        yield (char) code;
      }
      default -> throw unexpected();
    };
  }

  private Object number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    int first = at;
    digits();
    if (text.charAt(first) == '0' && at > first + 1) {
      at = first + 1;
      throw unexpected();
    }
    boolean whole = true;
    if (peek() == '.') {
      whole = false;
      at++;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      whole = false;
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits();
    }
    String number = text.substring(start, at);
    try {
      return whole ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
    } catch (NumberFormatException e) {
      throw new JsonException("a number is out of range: " + number.length() + " characters", e);
    }
  }

  private void digits() {
    if (peek() < '0' || peek() > '9') {
      throw unexpected();
    }
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private boolean skip(char wanted) {
    skipBlanks();
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  private void require(char wanted) {
    if (!skip(wanted)) {
      throw unexpected();
    }
  }

  private void skipBlanks() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
      at++;
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private JsonException unexpected() {
    return new JsonException(
        at < text.length()
            ? "it is not JSON at character " + (at + 1)
            : "it ends before it is complete");
  }
}
