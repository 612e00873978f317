package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.discovery.lan.OwnEndpoints.Port;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnEndpointsTest {
  private static final Link LINK =
      new Link(
          3,
          "wlan0",
          List.of(
              new Link.Prefix(InetAddress.ofLiteral("192.168.7.1"), 24),
              new Link.Prefix(InetAddress.ofLiteral("fe80::1"), 64),
              new Link.Prefix(InetAddress.ofLiteral("fd00::1"), 64)));

  private static List<String> on(String... uris) {
    return endpoints(uris).on(LINK);
  }

  private static OwnEndpoints endpoints(String... uris) {
    return new OwnEndpoints(List.of(uris).stream().map(PeerAddress::of).toList());
  }

  @Test
  void anUnspecifiedHostIsReplacedByThoseOfTheLink() {
    assertEquals(List.of("tcps://192.168.7.1:4600"), on("tcps://0.0.0.0:4600"));
    assertEquals(
        List.of("http://[fd00:0:0:0:0:0:0:1]:80/a?b", "http://192.168.7.1:80/a?b"),
        on("http://[::]:80/a?b"));
  }

  @Test
  void addressesOfOtherLinksAndNamesAreLeftOut() {
    assertEquals(
        List.of("tcps://192.168.7.1:4600"),
        on(
            "tcps://127.0.0.1:4600",
            "tcps://10.0.0.1:4600",
            "tcps://192.168.7.1:4600",
            "tcps://host.example:4600",
            "unix:///run/shoal"));
    assertEquals(
        3, endpoints("tcps://h.example:1", "unix:///run", "tcps://224.0.0.1:9").inexpressible());
    assertEquals(0, endpoints("tcps://127.0.0.1:1", "tcps://0.0.0.0:1").inexpressible());
  }

  @Test
  void portsAreThoseOfThePlainEndpointsOfAFamily() {
    OwnEndpoints both =
        endpoints("tcps://0.0.0.0:4600", "tcp://[::]:4601", "http://0.0.0.0:80/path");
    assertEquals(
        Set.of(new Port("tcps", 4600), new Port("tcp", 4601)), both.ports(LINK, Family.IPV4));
    assertEquals(Set.of(new Port("tcp", 4601)), both.ports(LINK, Family.IPV6));
  }

  @Test
  void aLinkReachesItsOwnNetworksAlone() throws Exception {
    assertTrue(LINK.reaches(InetAddress.ofLiteral("192.168.7.200")));
    assertFalse(LINK.reaches(InetAddress.ofLiteral("192.168.8.1")));
    assertTrue(LINK.reaches(InetAddress.ofLiteral("fd00::77")));
    byte[] linkLocal = InetAddress.ofLiteral("fe80::5").getAddress();
    assertTrue(LINK.reaches(Inet6Address.getByAddress(null, linkLocal, 3)));
    assertFalse(LINK.reaches(Inet6Address.getByAddress(null, linkLocal, 4)));
  }
}
