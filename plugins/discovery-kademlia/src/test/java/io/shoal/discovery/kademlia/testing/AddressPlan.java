package io.shoal.discovery.kademlia.testing;

import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Gives out addresses, each once.
public final class AddressPlan {
  public static final int PORT = 6881;

  /// Odd and near the golden section of 2^32: multiples of it lie evenly and come once each.
  private static final int STRIDE = 0x9e3779b1;

  private static final int FIRST_RESERVED = 224;

  private final boolean global;
  private int given;

  /// @param global addresses all over the public space, else those of one private network
  public AddressPlan(boolean global) {
    this.global = global;
  }

  public InetSocketAddress next() {
    InetAddress host;
    do {
      host = global ? host(given * STRIDE) : host(10 << 24 | given);
      given++;
    } while (global && !isPublic(host));
    return new InetSocketAddress(host, PORT);
  }

  private static boolean isPublic(InetAddress host) {
    int first = host.getAddress()[0] & 0xff;
    return Scope.of(host) == Scope.GLOBAL && first != 0 && first < FIRST_RESERVED;
  }

  public static InetAddress host(int number) {
    byte[] bytes = {
      (byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number
    };
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }
}
