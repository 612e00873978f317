package io.shoal.discovery.kademlia.krpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.shoal.discovery.kademlia.bencode.Bytes;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkTest {
  private static final NodeId ID = NodeId.of(new byte[NodeId.SIZE_BYTES], 0);

  private static InetSocketAddress at(String host) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), 6881);
  }

  private static InetSocketAddress zoned(String host, int zone) throws Exception {
    byte[] bytes = InetAddress.ofLiteral(host).getAddress();
    return new InetSocketAddress(Inet6Address.getByAddress("", bytes, zone), 6881);
  }

  private static Packet.Reply reply() {
    Packet.Answer answer =
        Packet.Answer.ofNodes(
                Family.IPV6,
                List.of(new Contact(ID, at("fe80::7")), new Contact(ID, at("2001:db8::7"))))
            .withValues(List.of(at("fe80::8"), at("2001:db8::8"), at("192.0.2.8")));
    return new Packet.Reply(Bytes.of(new byte[2]), ID, answer, Optional.empty());
  }

  private static int zone(InetSocketAddress address) {
    return ((Inet6Address) address.getAddress()).getScopeId();
  }

  @Test
  void whatANodeOfALinkNamesIsOnThatLink() throws Exception {
    Packet.Answer answer = ((Packet.Reply) Link.of(zoned("fe80::1", 3), reply())).answer();

    List<Contact> nodes = answer.nodesOf(Family.IPV6);
    assertEquals(3, zone(nodes.get(0).address()));
    assertEquals(0, zone(nodes.get(1).address()));
    assertEquals(3, zone(answer.values().get(0)));
    assertEquals(0, zone(answer.values().get(1)));
    assertEquals(at("192.0.2.8"), answer.values().get(2));
    assertEquals(Optional.empty(), answer.nodes());
  }

  @Test
  void whatComesFromElsewhereStaysAsItIs() throws Exception {
    Packet.Reply reply = reply();
    assertSame(reply, Link.of(at("2001:db8::1"), reply));
    assertSame(reply, Link.of(at("192.0.2.1"), reply));
  }
}
