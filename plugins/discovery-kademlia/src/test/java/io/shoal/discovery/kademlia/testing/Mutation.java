package io.shoal.discovery.kademlia.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Damages packets as a hostile or broken node might.
public final class Mutation {
  private static final byte[] TOKENS = "deil0123456789:-".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_CHANGES = 6;

  private Mutation() {}

  public static byte[] of(byte[] packet, RandomGenerator random) {
    byte[] out = packet.clone();
    for (int change = random.nextInt(MAX_CHANGES); change >= 0 && out.length > 0; change--) {
      int at = random.nextInt(out.length);
      switch (random.nextInt(5)) {
        case 0 -> out[at] = (byte) random.nextInt();
        case 1 -> out[at] = TOKENS[random.nextInt(TOKENS.length)];
        case 2 -> out = Arrays.copyOf(out, at);
        case 3 -> out = without(out, at, Math.min(out.length, at + 1 + random.nextInt(8)));
        default -> out = doubled(out, at, Math.min(out.length, at + 1 + random.nextInt(40)));
      }
    }
    return out;
  }

  private static byte[] without(byte[] in, int from, int to) {
    byte[] out = Arrays.copyOf(in, in.length - (to - from));
    System.arraycopy(in, to, out, from, in.length - to);
    return out;
  }

  private static byte[] doubled(byte[] in, int from, int to) {
    byte[] out = Arrays.copyOf(in, in.length + to - from);
    System.arraycopy(in, from, out, to, in.length - from);
    return out;
  }
}
