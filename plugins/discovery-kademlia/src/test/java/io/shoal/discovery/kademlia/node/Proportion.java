package io.shoal.discovery.kademlia.node;

import java.util.Locale;

/// How often something went well, and between which bounds its true rate lies.
///
/// @param successes of `trials`
record Proportion(int successes, int trials) {
  /// The quantile of the normal distribution for 95 %.
  private static final double Z = 1.959964;

  double rate() {
    return trials == 0 ? 0 : (double) successes / trials;
  }

  /// The lower bound of the Wilson 95 % interval: unlike the plain one it holds near 100 % too.
  double lower() {
    return trials == 0 ? 0 : centre() - halfWidth();
  }

  /// The upper bound.
  double upper() {
    return trials == 0 ? 1 : centre() + halfWidth();
  }

  private double centre() {
    double z2 = Z * Z / trials;
    return (rate() + z2 / 2) / (1 + z2);
  }

  private double halfWidth() {
    double z2 = Z * Z / trials;
    return Z * Math.sqrt(rate() * (1 - rate()) / trials + z2 / (4 * trials)) / (1 + z2);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%.3f %% (%.3f–%.3f)", 100 * rate(), 100 * lower(), 100 * upper());
  }
}
