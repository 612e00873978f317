package io.shoal.discovery.kademlia.krpc;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// The network of an address, as wide as one owner tends to have: the /24 of an IPv4 address, the
/// /64 of an IPv6 one. The owner of one of its addresses may well have all of them.
///
/// @param bits the leading bits, in the low end for IPv4
public record AddressPrefix(Family family, long bits) {

  public static AddressPrefix of(InetAddress address) {
    byte[] bytes = address.getAddress();
    Family family = Family.of(address);
    return new AddressPrefix(
        family,
        switch (family) {
          case IPV4 -> (bytes[0] & 0xff) << 16 | (bytes[1] & 0xff) << 8 | bytes[2] & 0xff;
          case IPV6 -> ByteBuffer.wrap(bytes).getLong();
        });
  }

  // By hand for speed, see [NodeId#equals].

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressPrefix that && bits == that.bits && family == that.family;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(bits);
  }
}
