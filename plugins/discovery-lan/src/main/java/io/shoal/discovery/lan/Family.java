package io.shoal.discovery.lan;

import java.net.Inet4Address;
import java.net.InetAddress;

/// The two kinds of IP addresses.
enum Family {
  IPV4,
  IPV6;

  static Family of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }
}
