package io.shoal.runtime.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word that a user probably meant to type.
public final class Suggestion {

  /// The most letters that may differ: two catches a slip of the hand, three begins to connect
  /// unrelated words.
  static final int MAX_EDITS = 2;

  private Suggestion() {}

  /// The word that is nearest to `typed`, ignoring case, if one is within [#MAX_EDITS] and shares
  /// at least half of its letters.
  public static Optional<String> of(String typed, Collection<String> words) {
    return words.stream()
        .filter(word -> edits(typed, word) <= Math.min(MAX_EDITS, word.length() / 2))
        .min(
            Comparator.<String>comparingInt(word -> edits(typed, word))
                .thenComparing(Comparator.naturalOrder()));
  }

  /// How many letters must be added, removed, replaced or swapped with their neighbour (optimal
  /// string alignment), compared without case.
  static int edits(String from, String to) {
    String a = from.toLowerCase(Locale.ROOT);
    String b = to.toLowerCase(Locale.ROOT);
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int edits = rows[i - 1][j - 1] + (same ? 0 : 1);
        edits = Math.min(edits, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        rows[i][j] = swapped ? Math.min(edits, rows[i - 2][j - 2] + 1) : edits;
      }
    }
    return rows[a.length()][b.length()];
  }
}
