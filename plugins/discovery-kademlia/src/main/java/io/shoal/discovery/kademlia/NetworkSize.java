package io.shoal.discovery.kademlia;

import java.util.List;

/// Estimates how many nodes a network has: the eighth closest to any point of the key space is as
/// far from it as eight of so many nodes reach. Single-threaded.
final class NetworkSize {
  /// So much of a new measure counts: one alone is off by a third.
  private static final double WEIGHT = 1.0 / 64;

  private double meanReach = -1;
  private long few;

  /// A lookup found these closest to a key.
  void found(NodeId key, List<Contact> closest) {
    few = closest.size();
    if (closest.size() >= Lookup.CLOSEST) {
      double reach = key.distancePart(closest.get(Lookup.CLOSEST - 1).id());
      meanReach = meanReach < 0 ? reach : meanReach + WEIGHT * (reach - meanReach);
    }
  }

  /// About how many there are, besides us; 0 before anything was found.
  long estimate() {
    return few < Lookup.CLOSEST || meanReach <= 0
        ? few
        : Math.max(few, Math.round(Lookup.CLOSEST / meanReach));
  }
}
