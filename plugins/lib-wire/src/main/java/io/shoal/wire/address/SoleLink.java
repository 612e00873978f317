package io.shoal.wire.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// The zone of link-local addresses that came without one, as from other nodes, for which zones
/// mean something else: on a machine with a single link there is no choice.
public final class SoleLink {
  private SoleLink() {}

  /// The address with that zone, if it lacks one and there is a single link; else as it is.
  public static InetAddress zoned(InetAddress address) {
    boolean lacks =
        address instanceof Inet6Address six && six.isLinkLocalAddress() && six.getScopeId() == 0;
    return lacks ? zoned(address, links()) : address;
  }

  /// @param links the indexes of the interfaces that have link-local addresses
  static InetAddress zoned(InetAddress address, List<Integer> links) {
    if (links.size() != 1) {
      return address;
    }
    try {
      return Inet6Address.getByAddress("", address.getAddress(), links.getFirst());
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are an address", e);
    }
  }

  private static List<Integer> links() {
    List<Integer> links = new ArrayList<>();
    try {
      for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
        boolean isLink =
            each.inetAddresses()
                .anyMatch(own -> own instanceof Inet6Address && own.isLinkLocalAddress());
        if (each.isUp() && isLink) {
          links.add(each.getIndex());
        }
      }
    } catch (SocketException e) {
      // An interface that goes while it is asked: then there is no single link.
      return List.of();
    }
    return links;
  }
}
