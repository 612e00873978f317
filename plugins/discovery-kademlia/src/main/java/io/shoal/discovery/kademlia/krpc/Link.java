package io.shoal.discovery.kademlia.krpc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/// The link that a datagram came over, for link-local addresses in it: they travel without the
/// zone, and are on the same link as the node that names them.
public final class Link {
  private Link() {}

  /// The packet with that link as the zone of its link-local addresses.
  public static Packet of(InetSocketAddress from, Packet packet) {
    if (!(packet instanceof Packet.Reply reply)
        || !(from.getAddress() instanceof Inet6Address sender)
        || sender.getScopeId() == 0
        || !sender.isLinkLocalAddress()) {
      return packet;
    }
    int zone = sender.getScopeId();
    List<Contact> nodes =
        reply.answer().nodesOf(Family.IPV6).stream()
            .map(contact -> new Contact(contact.id(), zoned(contact.address(), zone)))
            .toList();
    List<InetSocketAddress> values =
        reply.answer().values().stream().map(address -> zoned(address, zone)).toList();
    Packet.Answer answer = reply.answer().withValues(values);
    return new Packet.Reply(
        reply.transaction(),
        reply.sender(),
        nodes.isEmpty() ? answer : answer.withNodes(Family.IPV6, nodes),
        reply.seenAs(),
        reply.version());
  }

  private static InetSocketAddress zoned(InetSocketAddress address, int zone) {
    InetAddress host = address.getAddress();
    if (!(host instanceof Inet6Address) || !host.isLinkLocalAddress()) {
      return address;
    }
    try {
      return new InetSocketAddress(
          Inet6Address.getByAddress("", host.getAddress(), zone), address.getPort());
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are an address", e);
    }
  }
}
