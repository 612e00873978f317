package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NewAddressesTest {
  private static final InetAddress ONE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress TWO = InetAddress.ofLiteral("192.0.2.2");

  @Test
  void anAddressThatComesOrComesBackIsNew() {
    NewAddresses addresses = new NewAddresses(Set.of(ONE));
    assertFalse(addresses.look(Set.of(ONE)));
    assertTrue(addresses.look(Set.of(ONE, TWO)));
    assertFalse(addresses.look(Set.of(ONE, TWO)));
    assertFalse(addresses.look(Set.of(TWO)), "one that goes changes nothing");
    assertFalse(addresses.look(Set.of()));
    assertTrue(addresses.look(Set.of(TWO)));
  }
}
