package io.shoal.transport.http.content;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How much of what is at the end of a path belongs to an answer: the parameter `dag-scope`.
public enum Scope {
  /// Its node alone.
  BLOCK,
  /// A whole file, or all that is needed to list a folder.
  ENTITY,
  /// Everything below.
  ALL;

  public static Optional<Scope> parse(String text) {
    return Arrays.stream(values()).filter(scope -> scope.text().equals(text)).findFirst();
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
