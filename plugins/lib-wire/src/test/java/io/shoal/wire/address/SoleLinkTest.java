package io.shoal.wire.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoleLinkTest {
  private static final InetAddress LINK = InetAddress.ofLiteral("fe80::1");

  @Test
  void aSingleLinkIsTheZoneOfAnAddressWithoutOne() {
    assertEquals(7, ((Inet6Address) SoleLink.zoned(LINK, List.of(7))).getScopeId());
    assertSame(LINK, SoleLink.zoned(LINK, List.of(7, 8)));
    assertSame(LINK, SoleLink.zoned(LINK, List.of()));
  }

  @Test
  void everyOtherAddressStaysAsItIs() throws Exception {
    InetAddress global = InetAddress.ofLiteral("2001:db8::1");
    InetAddress zoned = Inet6Address.getByAddress("", LINK.getAddress(), 3);
    assertSame(global, SoleLink.zoned(global));
    assertSame(zoned, SoleLink.zoned(zoned));
  }
}
