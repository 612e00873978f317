package io.shoal.distribution.console;

import java.util.Locale;
import org.jline.utils.WCWidth;

/// Text that may go to a terminal.
final class SafeText {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;

  private SafeText() {}

  /// The text with a question mark for each character that is not safe.
  static String printable(String text) {
    if (text.codePoints().allMatch(SafeText::isSafe)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(isSafe(c) ? c : '?'));
    return out.toString();
  }

  /// A line of JSON that means the same: what is not safe can only be in its strings.
  static String json(String json) {
    if (json.codePoints().allMatch(SafeText::isSafe)) {
      return json;
    }
    StringBuilder out = new StringBuilder(json.length() + 16);
    json.codePoints()
        .forEach(
            c -> {
              if (isSafe(c)) {
                out.appendCodePoint(c);
              } else {
                for (char half : Character.toChars(c)) {
                  out.append(String.format(Locale.ROOT, "\\u%04x", (int) half));
                }
              }
            });
    return out.toString();
  }

  /// Control and C1 characters, separators of lines, and those that are not seen themselves and
  /// change how others are shown; scripts need the joiners.
  private static boolean isSafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.FORMAT -> c == ZERO_WIDTH_NON_JOINER || c == ZERO_WIDTH_JOINER;
      default -> true;
    };
  }

  /// How many columns of a terminal the text takes.
  static int columns(String text) {
    return text.chars().allMatch(c -> c >= ' ' && c < 127)
        ? text.length()
        : text.codePoints().map(c -> Math.max(0, WCWidth.wcwidth(c))).sum();
  }
}
