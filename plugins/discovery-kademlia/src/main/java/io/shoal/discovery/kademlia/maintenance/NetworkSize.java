package io.shoal.discovery.kademlia.maintenance;

import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.lookup.Lookup;
import java.util.List;

/// Estimates how many nodes a network has: the eighth closest to any point of the key space is as
/// far from it as eight of so many nodes reach. Single-threaded.
public final class NetworkSize {
  /// So much of a new measure counts: one alone is off by a third.
  private static final double WEIGHT = 1.0 / 64;

  /// After so many measures the mean is right to a tenth.
  private static final int ENOUGH = 64;

  /// In means: one honest search in a hundred ends farther away, one of those that were led astray
  /// in several hundred nearer.
  private static final double TOLERANCE = 2;

  /// The reach learned from answers may be so many times that of the nodes around us.
  private static final double MAX_DEVIATION = 2;

  private double meanReach = -1;
  private long measures;
  private long few;

  /// A lookup found these closest to a key.
  public void found(NodeId key, List<Contact> closest) {
    few = closest.size();
    if (closest.size() >= Lookup.CLOSEST) {
      double reach = key.distancePart(closest.get(Lookup.CLOSEST - 1).id());
      measures++;
      meanReach = meanReach < 0 ? reach : meanReach + WEIGHT * (reach - meanReach);
    }
  }

  /// How far the k closest of a key may plausibly reach: thousands of keys are a better measure
  /// than a few lookups and the surroundings of one node, which may be dense by chance.
  ///
  /// @param otherwise what is known without, see [Density]
  public double plausibleRadius(double otherwise) {
    return measures < ENOUGH
        ? otherwise
        : Math.clamp(TOLERANCE * meanReach, otherwise, MAX_DEVIATION * otherwise);
  }

  /// About how many there are, besides us; 0 before anything was found.
  public long estimate() {
    return few < Lookup.CLOSEST || meanReach <= 0
        ? few
        : Math.max(few, Math.round(Lookup.CLOSEST / meanReach));
  }
}
