package io.shoal.runtime.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shoal.api.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressesTest {
  private static final String ID = "#12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

  @Test
  void theZoneOfALinkLocalAddressIsReadInEveryForm() throws Exception {
    String read = "tcps://[fe80::1]:4600?zone=eth0.1";
    assertEquals(read, PeerAddresses.parse("tcps://[fe80::1%eth0.1]:4600").toString());
    assertEquals(read, PeerAddresses.parse("tcps://[fe80::1%25eth0.1]:4600").toString());
    assertEquals(read, PeerAddresses.parse(read).toString());
    assertEquals(read + ID, PeerAddresses.parse("tcps://[fe80::1%eth0.1]:4600" + ID).toString());
    assertEquals(
        "tcps://[fe80::1]:1?zone=2", PeerAddresses.parse("tcps://[fe80::1%2]:1").toString());
  }

  @Test
  void anyOtherAddressIsReadAsItIs() throws Exception {
    assertEquals("tcps://[::1]:1" + ID, PeerAddresses.parse("tcps://[::1]:1" + ID).toString());
    assertEquals("tcps://host:1", PeerAddresses.parse("tcps://host:1").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcps://[fe80::1%]:1",
        "tcps://[fe80::1%a b]:1",
        "tcps://h%eth0:1",
        "[fe80::1%2]:1"
      })
  void whatIsNoAddressStaysNone(String text) {
    assertThrows(InvalidInputException.class, () -> PeerAddresses.parse(text));
  }
}
