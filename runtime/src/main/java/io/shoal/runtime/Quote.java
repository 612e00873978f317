package io.shoal.runtime;

/// Makes foreign text fit for a one-line message: it must neither steer a terminal nor forge a
/// second line.
final class Quote {
  /// Longest piece of foreign text shown, in characters: an id fits, a flood does not.
  static final int MAX_CHARS = 120;

  private Quote() {}

  static String quote(String text) {
    String head = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
    StringBuilder out = new StringBuilder(head.length());
    head.codePoints()
        .forEach(
            c -> {
              switch (Character.getType(c)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    out.append(String.format("\\u%04x", c));
                default -> out.appendCodePoint(c);
              }
            });
    return out.toString();
  }
}
