package io.shoal.discovery.kademlia.krpc;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;

/// The address family of a DHT: IPv4 and IPv6 are two networks with tables of their own (BEP 32).
public enum Family {
  IPV4("IPv4", 4, StandardProtocolFamily.INET, "n4"),
  IPV6("IPv6", 16, StandardProtocolFamily.INET6, "n6");

  private final String label;
  private final int addressBytes;
  private final StandardProtocolFamily protocol;
  private final String want;

  Family(String label, int addressBytes, StandardProtocolFamily protocol, String want) {
    this.label = label;
    this.addressBytes = addressBytes;
    this.protocol = protocol;
    this.want = want;
  }

  /// The usual name.
  public String label() {
    return label;
  }

  public static Family of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }

  Family other() {
    return switch (this) {
      case IPV4 -> IPV6;
      case IPV6 -> IPV4;
    };
  }

  public StandardProtocolFamily protocol() {
    return protocol;
  }

  /// How a query's `want` names it.
  String want() {
    return want;
  }

  /// The size of a compact peer: address and port.
  public int peerBytes() {
    return addressBytes + 2;
  }

  /// The size of a compact node: id, address and port.
  int nodeBytes() {
    return NodeId.SIZE_BYTES + peerBytes();
  }
}
