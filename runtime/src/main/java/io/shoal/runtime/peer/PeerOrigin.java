package io.shoal.runtime.peer;

import io.shoal.api.PeerAddress;
import java.net.InetAddress;
import java.util.Optional;

/// Where a peer comes from: its host, and the network around it.
///
/// @param host an IPv4 address, an IPv6 /64 (the share of one customer, who has all addresses of
///   it), or a name; of an address that is not a network address the whole of it
/// @param network the IPv4 /24 or IPv6 /48 around it, about what one site has; none for this
///   machine and private networks, where one network is all there is and its owner knows who is in
///   it, and none for names
public record PeerOrigin(String host, Optional<String> network) {
  private static final int IPV4_NETWORK_BITS = 24;
  private static final int IPV6_HOST_BITS = 64;
  private static final int IPV6_NETWORK_BITS = 48;

  public static PeerOrigin of(PeerAddress address) {
    Optional<InetAddress> literal = address.ip();
    if (literal.isEmpty()) {
      return new PeerOrigin(address.host().orElse(address.uri()), Optional.empty());
    }
    InetAddress ip = literal.get();
    byte[] bytes = ip.getAddress();
    boolean four = bytes.length == 4;
    Optional<String> network =
        AddressScope.of(address) == AddressScope.GLOBAL
            ? Optional.of(prefix(bytes, four ? IPV4_NETWORK_BITS : IPV6_NETWORK_BITS))
            : Optional.empty();
    return new PeerOrigin(four ? ip.getHostAddress() : prefix(bytes, IPV6_HOST_BITS), network);
  }

  private static String prefix(byte[] ip, int bits) {
    StringBuilder text = new StringBuilder();
    int step = ip.length == 4 ? 1 : 2;
    for (int i = 0; i < bits / 8; i += step) {
      int part = step == 1 ? ip[i] & 0xff : (ip[i] & 0xff) << 8 | ip[i + 1] & 0xff;
      text.append(step == 1 ? Integer.toString(part) : Integer.toHexString(part));
      text.append(step == 1 ? '.' : ':');
    }
    return text.append(step == 1 ? "0" : ":").append('/').append(bits).toString();
  }

  /// The network, or where there is none the host: unproven peers of it share a budget.
  public String widest() {
    return network.orElse(host);
  }
}
