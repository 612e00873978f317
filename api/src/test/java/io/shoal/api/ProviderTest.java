package io.shoal.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProviderTest {
  private static final PeerAddress ADDRESS = PeerAddress.of("tcps://192.0.2.7:4600");

  @Test
  void aProviderIsAnnouncedByStrangersUnlessMoreIsSaid() {
    Provider plain = Provider.at(ADDRESS);
    assertEquals(ADDRESS, plain.address());
    assertEquals(Provider.Source.STRANGERS, plain.source());
    assertTrue(plain.isAnnounced());
  }

  @Test
  void whatIsSaidOfOneIsSaidOfAnother() {
    Provider plain = Provider.at(ADDRESS);
    Provider listed = plain.fromOperator().unannounced();
    assertEquals(Provider.Source.OPERATOR, listed.source());
    assertFalse(listed.isAnnounced());
    assertEquals(listed, plain.unannounced().fromOperator());
    assertEquals(listed.hashCode(), plain.unannounced().fromOperator().hashCode());
    assertNotEquals(plain, plain.fromOperator());
    assertNotEquals(plain, plain.unannounced());
    assertEquals(plain, Provider.at(ADDRESS));
  }
}
