package io.shoal.discovery.kademlia.testing;

import java.util.random.RandomGenerator;

/// How long datagrams travel: members live at points of a square whose side light and routers need
/// 80 ms for, each behind a line that adds up to 16 ms; and every datagram is late by chance, 6 ms
/// in the mean. Round trips come out at 20 to 250 ms, 120 in the middle.
final class Terrain {
  private static final double SIDE_MILLIS = 80;
  private static final double MIN_LINE_MILLIS = 1;
  private static final double MAX_LINE_MILLIS = 16;
  private static final double MEAN_JITTER_MILLIS = 6;

  private Terrain() {}

  /// Where a member lives.
  record Spot(float x, float y, float lineMillis) {
    static Spot random(RandomGenerator random) {
      return new Spot(
          random.nextFloat(),
          random.nextFloat(),
          (float) random.nextDouble(MIN_LINE_MILLIS, MAX_LINE_MILLIS));
    }
  }

  /// How long one datagram takes from here to there.
  static long travelMillis(Spot from, Spot to, RandomGenerator random) {
    double dx = from.x - to.x;
    double dy = from.y - to.y;
    double base = from.lineMillis + to.lineMillis + SIDE_MILLIS * Math.sqrt(dx * dx + dy * dy);
    double jitter = -MEAN_JITTER_MILLIS * Math.log(1 - random.nextDouble());
    return Math.round(base + jitter);
  }
}
