package io.shoal.discovery.kademlia.routing;

import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/// Ids that are bound to an IP address (BEP 42): the first 21 bits follow from the address and 3
/// chosen bits, so that an owner of few addresses cannot place nodes anywhere.
public final class BoundId {
  // Hosts of one network should not differ in all of their bits, or a whole /8 would be worth no
  // more than its leading bits.
  private static final byte[] MASK_IPV4 = {0x03, 0x0f, 0x3f, (byte) 0xff};
  private static final byte[] MASK_IPV6 = {0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, (byte) 0xff};

  private static final int CHOSEN_BITS = 0x07;

  /// The bits of an id's first four bytes that follow from the address: the leading 21.
  private static final int BOUND_BITS = 0xffff_f800;

  private BoundId() {}

  /// An id that is valid for `address`, random in all that is free.
  public static NodeId of(InetAddress address, RandomGenerator random) {
    byte[] out = NodeId.random(random).bytes().toArray();
    int checksum = checksum(address, out[NodeId.SIZE_BYTES - 1]);
    ByteBuffer start = ByteBuffer.wrap(out);
    start.putInt(0, checksum & BOUND_BITS | start.getInt(0) & ~BOUND_BITS);
    return NodeId.of(out, 0);
  }

  /// Whether a node at `address` may have the id. On loopback and in private networks every id is
  /// valid: there the address proves nothing.
  public static boolean matches(NodeId id, InetAddress address) {
    if (Scope.of(address) != Scope.GLOBAL) {
      return true;
    }
    return (((int) (id.high() >>> Integer.SIZE) ^ checksum(address, (byte) id.low())) & BOUND_BITS)
        == 0;
  }

  private static int checksum(InetAddress address, byte chosen) {
    byte[] mask =
        switch (Family.of(address)) {
          case IPV4 -> MASK_IPV4;
          case IPV6 -> MASK_IPV6;
        };
    byte[] masked = address.getAddress();
    for (int i = 0; i < mask.length; i++) {
      masked[i] &= mask[i];
    }
    masked[0] |= (byte) ((chosen & CHOSEN_BITS) << 5);
    CRC32C checksum = new CRC32C();
    checksum.update(masked, 0, mask.length);
    return (int) checksum.getValue();
  }
}
