package io.shoal.storage.filesystem.owned;

import java.util.Locale;

/// Writes sizes rounded, as the program does: the runtime's `Units` is out of a plugin's reach.
final class Sizes {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

  private Sizes() {}

  static String text(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
            Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, UNITS[unit])
        .replace(".0 ", " ");
  }
}
