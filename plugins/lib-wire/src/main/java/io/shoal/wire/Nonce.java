package io.shoal.wire;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/// 16 random bytes that mark one run of one node.
///
/// @param high the first eight bytes
/// @param low the last eight
public record Nonce(long high, long low) {

  /// A fresh one.
  public static Nonce of(RandomGenerator random) {
    return new Nonce(random.nextLong(), random.nextLong());
  }

  static Nonce read(ByteBuffer in) {
    return new Nonce(in.getLong(), in.getLong());
  }

  void write(ByteBuffer out) {
    out.putLong(high).putLong(low);
  }
}
