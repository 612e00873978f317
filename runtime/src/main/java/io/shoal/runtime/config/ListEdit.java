package io.shoal.runtime.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Changes a key of a section in the text of a configuration file, and leaves every other line,
/// comments included, as it is. It knows the ways in which people write such a key, and gives up on
/// others: whoever calls it reads the result and compares.
///
/// @param section at the top of the file
/// @param key in it
public record ListEdit(String section, String key) {

  /// A value and what is behind it on the line.
  private static final Pattern VALUE =
      Pattern.compile("\\s*(\\[[^\\]#]*\\]|[^\\s#\\[{&*!|>'\"][^#]*?)?(\\s+#.*|\\s*)");

  private static final Pattern ITEM = Pattern.compile("(\\s*)- +([^\\s#]+)(\\s+#.*|\\s*)");

  /// Writes the key with these values.
  ///
  /// @param values of a list; a key that takes one has one
  /// @param list whether to write brackets around them
  /// @return the new text; empty if the key is written in a way that is not understood
  public Optional<String> set(String text, List<String> values, boolean list) {
    String value = list ? "[" + String.join(", ", values) + "]" : String.join("", values);
    List<String> lines = new ArrayList<>(text.lines().toList());
    int dotted = find(lines, 0, lines.size(), "", section + "." + key);
    if (dotted >= 0) {
      return replaced(lines, dotted, lines.size(), value);
    }
    int head = find(lines, 0, lines.size(), "", section);
    if (head < 0) {
      lines.add("");
      lines.add(section + ":");
      lines.add("  " + key + ": " + value);
      return Optional.of(joined(lines));
    }
    if (!lines.get(head).matches(Pattern.quote(section) + ":\\s*(#.*)?")) {
      return Optional.empty();
    }
    int end = end(lines, head);
    String indent = indent(lines, head, end);
    int at = find(lines, head + 1, end, indent, key);
    if (at >= 0) {
      return replaced(lines, at, end, value);
    }
    lines.add(end, indent + key + ": " + value);
    return Optional.of(joined(lines));
  }

  private static int find(List<String> lines, int from, int to, String indent, String key) {
    for (int i = from; i < to; i++) {
      if (lines.get(i).startsWith(indent + key + ":")) {
        return i;
      }
    }
    return -1;
  }

  /// Behind the last line of the section that is no comment.
  private static int end(List<String> lines, int head) {
    int end = head + 1;
    for (int i = head + 1; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.stripLeading().startsWith("#")) {
        continue;
      }
      if (!line.startsWith(" ")) {
        break;
      }
      end = i + 1;
    }
    return end;
  }

  private static String indent(List<String> lines, int head, int end) {
    for (int i = head + 1; i < end; i++) {
      String line = lines.get(i);
      if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
        return line.substring(0, line.length() - line.stripLeading().length());
      }
    }
    return "  ";
  }

  private static Optional<String> replaced(List<String> lines, int at, int end, String value) {
    String line = lines.get(at);
    int colon = line.indexOf(':');
    Matcher rest = VALUE.matcher(line.substring(colon + 1));
    if (!rest.matches()) {
      return Optional.empty();
    }
    String before = line.substring(0, colon + 1) + " ";
    String comment = rest.group(2).stripTrailing();
    if (rest.group(1) == null) {
      // The items are on the lines that follow.
      while (at + 1 < end && ITEM.matcher(lines.get(at + 1)).matches()) {
        lines.remove(at + 1);
        end--;
      }
    }
    lines.set(at, before + value + aligned(comment, line, before.length() + value.length()));
    return Optional.of(joined(lines));
  }

  /// The comment in the column in which it was, if there is room.
  private static String aligned(String comment, String line, int length) {
    String text = comment.strip();
    if (text.isEmpty()) {
      return "";
    }
    int column = line.lastIndexOf(text);
    return " ".repeat(Math.max(1, column - length)) + text;
  }

  private static String joined(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
