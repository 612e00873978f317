package io.shoal.api;

/// Makes foreign text fit for a one-line message.
final class Quoted {
  /// Longest piece of foreign text shown, in characters: an id fits, a flood does not.
  static final int MAX_CHARS = 80;

  private Quoted() {}

  static String of(String text) {
    String head = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
    StringBuilder out = new StringBuilder(head.length());
    head.codePoints()
        .forEach(
            c -> {
              // Control and formatting characters could steer a terminal or forge a second log
              // line.
              boolean visible =
                  switch (Character.getType(c)) {
                    case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR ->
                        false;
                    default -> true;
                  };
              if (visible) {
                out.appendCodePoint(c);
              } else {
                out.append(String.format("\\u%04x", c));
              }
            });
    return out.toString();
  }
}
