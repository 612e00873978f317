package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.krpc.Scope;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AddressesTest {

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @Test
  void hostsAndPortsAreReadAsWritten() {
    assertEquals(Optional.of(new HostPort("localhost", 0)), HostPort.parse("localhost:0"));
    assertEquals(Optional.of(new HostPort("::1", 6881)), HostPort.parse("[::1]:6881"));
    assertEquals("[::1]:6881", new HostPort("::1", 6881).toString());
    for (String wrong :
        List.of("", ":1", "a", "a:", "a:-1", "a:65536", "::1:6881", "[]:1", "[[]:1", "a]:1")) {
      assertEquals(Optional.empty(), HostPort.parse(wrong), wrong);
    }
  }

  @Test
  void anEndpointOnAllInterfacesIsWhereSeen() {
    for (String uri : List.of("tcps://0.0.0.0:4600", "tcps://[::]:4600")) {
      assertEquals(
          Optional.of(new Announcer.Place(4600, Optional.empty())),
          AnnouncedEndpoint.of(PeerAddress.of(uri)).map(AnnouncedEndpoint::place),
          uri);
    }
  }

  @Test
  void anEndpointOnOneInterfaceKeepsItsHost() {
    assertEquals(
        Optional.of(new Announcer.Place(4600, Optional.of(InetAddress.ofLiteral("192.0.2.7")))),
        AnnouncedEndpoint.of(PeerAddress.of("tcps://192.0.2.7:4600"))
            .map(AnnouncedEndpoint::place));
  }

  @Test
  void anAddressWithoutPortIsNotExpressible() {
    for (String uri : List.of("unix:///run/s", "tcps://h:4600", "tcps://192.0.2.7")) {
      assertEquals(Optional.empty(), AnnouncedEndpoint.of(PeerAddress.of(uri)), uri);
    }
  }

  @Test
  void foundProvidersHaveTheScheme() {
    assertEquals(
        PeerAddress.of("tcps://192.0.2.7:4600"),
        AnnouncedEndpoint.found("tcps", address("192.0.2.7", 4600)));
    assertEquals(
        PeerAddress.of("tcp://[2001:db8:0:0:0:0:0:7]:1"),
        AnnouncedEndpoint.found("tcp", address("2001:db8::7", 1)));
  }

  @Test
  void anAddressGoesOnlyToNodesInReach() {
    InetSocketAddress loopback = address("127.0.0.1", 1);
    InetSocketAddress lan = address("10.1.2.3", 1);
    InetSocketAddress global = address("192.0.2.1", 1);
    assertTrue(Scope.LOOPBACK.mayShare(loopback));
    assertTrue(Scope.LOOPBACK.mayShare(lan));
    assertFalse(Scope.PRIVATE.mayShare(loopback));
    assertTrue(Scope.PRIVATE.mayShare(lan));
    assertFalse(Scope.GLOBAL.mayShare(lan));
    assertTrue(Scope.GLOBAL.mayShare(global));
    for (String never : List.of("0.0.0.0", "224.0.0.1", "ff02::1", "::")) {
      assertFalse(Scope.LOOPBACK.mayShare(address(never, 1)), never);
    }
    assertFalse(Scope.GLOBAL.mayShare(address("192.0.2.1", 0)));
    for (String local : List.of("fc00::1", "fd12::1", "fe80::1", "169.254.1.1", "172.16.0.1")) {
      assertEquals(Scope.PRIVATE, Scope.of(InetAddress.ofLiteral(local)), local);
    }
  }

  @Test
  void theRouteToLoopbackStartsAtLoopback() {
    assertEquals(
        Optional.of(InetAddress.ofLiteral("127.0.0.1")),
        new OwnAddresses().toward(InetAddress.ofLiteral("127.0.0.1"), 0));
  }
}
