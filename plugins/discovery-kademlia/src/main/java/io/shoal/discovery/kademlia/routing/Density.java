package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.NodeId;
import java.util.Arrays;

/// How densely nodes lie in the key space, learned from where lookups ended. Single-threaded.
///
/// Ids are even, so that the k-th closest node to any target is about as far as to any other: in
/// units of its mean, a sum of k exponential waiting times. One honest lookup in a hundred ends
/// beyond twice the mean. Colluders that are a fifth of all nodes and name only one another name
/// eight that reach five times as far, and hardly ever less than twice: a lookup that knows this
/// sees that it is not at its end, however many of them answer.
///
/// The samples may themselves come from lookups that were led astray. Those all err to one side,
/// toward too thin: so a low quartile of the latest stays right as long as less than three quarters
/// of them are wrong, and one more close node can only make it stricter.
public final class Density {
  /// Any distance is plausible: too little is known.
  public static final double UNKNOWN = 2;

  /// No distance is plausible: the lookup goes as wide as it may.
  public static final double AS_WIDE_AS_MAY_BE = 0;

  /// Ends of lookups that are remembered: enough for an error of a fifth, and few enough to follow
  /// a network that shrinks.
  static final int MAX_SAMPLES = 16;

  /// In low quartiles of the distance of the k-th, which is three quarters of its mean: so 1.8
  /// times the mean. One honest lookup in thirty is taken for one led astray, which costs it some
  /// queries; a hundredth of those that are led astray passes.
  static final double TOLERANCE = 2.4;

  private final double[] samples = new double[MAX_SAMPLES];
  private long taken;

  /// A lookup ended with k nodes.
  public void ended(NodeId target, NodeId kth) {
    samples[(int) (taken++ % MAX_SAMPLES)] = target.distancePart(kth);
  }

  /// How far from a target its k closest may plausibly reach.
  ///
  /// @param neighbourhood how far the k closest known nodes reach from the own id, where all are
  ///   known; 1 if there are fewer
  /// @return a part of the key space, or [#UNKNOWN]
  public double plausibleRadius(double neighbourhood) {
    int count = (int) Math.min(taken, MAX_SAMPLES);
    double low = neighbourhood;
    if (count > 0) {
      double[] sorted = Arrays.copyOf(samples, count);
      Arrays.sort(sorted);
      low = Math.min(low, sorted[count / 4]);
    }
    double radius = TOLERANCE * low;
    return radius >= 1 ? UNKNOWN : radius;
  }
}
