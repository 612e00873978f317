package io.shoal.discovery.lan;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// A multicast group: a protocol in a family. One socket each.
enum Group {
  /// RFC 6762 §3; §11 asks for the largest hop limit, so that a receiver knows what crossed no
  /// router.
  DNS_IPV4("224.0.0.251", 5353, 255, Family.IPV4),
  /// RFC 6762 §3.
  DNS_IPV6("ff02::fb", 5353, 255, Family.IPV6),
  /// BEP 14. Its group could cross routers; one hop keeps it in this network.
  SEARCH_IPV4("239.192.152.143", 6771, 1, Family.IPV4),
  /// BEP 14.
  SEARCH_IPV6("ff15::efc0:988f", 6771, 1, Family.IPV6);

  private final String host;
  private final int port;
  private final int hops;
  private final Family family;

  Group(String host, int port, int hops, Family family) {
    this.host = host;
    this.port = port;
    this.hops = hops;
    this.family = family;
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  /// Routers that a packet crosses, and one more.
  int hops() {
    return hops;
  }

  Family family() {
    return family;
  }

  int port() {
    return port;
  }

  boolean isDns() {
    return this == DNS_IPV4 || this == DNS_IPV6;
  }

  /// As the header `Host` of BEP 14 has it.
  String text() {
    return (family == Family.IPV6 ? "[" + host + "]" : host) + ":" + port;
  }
}
