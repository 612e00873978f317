package io.shoal.wire.address;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HostPortTest {
  @Test
  void aLinkLocalAddressKeepsItsZoneThroughItsUri() throws Exception {
    byte[] bytes = InetAddress.ofLiteral("fe80::a").getAddress();
    HostPort link = HostPort.of(Inet6Address.getByAddress("", bytes, 7), 4600);
    assertEquals("[fe80::a%7]:4600", link.toString());
    assertEquals("tcps://[fe80::a]:4600?zone=7", link.uri("tcps"));
    assertEquals(Optional.of(link), HostPort.ofUri("fe80::a", 4600, Optional.of("zone=7")));
    assertEquals(Optional.of(link), HostPort.parse("[fe80::a%7]:4600"));
  }

  @Test
  void noOtherAddressHasAZone() throws Exception {
    byte[] bytes = InetAddress.ofLiteral("fd77::a").getAddress();
    HostPort site = HostPort.of(Inet6Address.getByAddress("", bytes, 7), 1);
    assertEquals("tcps://[fd77::a]:1", site.uri("tcps"));
    assertEquals(Optional.empty(), HostPort.ofUri("fe80::a", 1, Optional.of("other=7")));
    assertEquals(Optional.empty(), HostPort.ofUri("192.0.2.1", 1, Optional.of("zone=7")));
    assertEquals(Optional.of(new HostPort("h", 1)), HostPort.ofUri("h", 1, Optional.empty()));
  }
}
