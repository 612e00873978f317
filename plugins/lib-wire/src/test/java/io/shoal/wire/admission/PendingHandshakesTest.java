package io.shoal.wire.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingHandshakesTest {
  private static final int MAX_SILENT = PendingHandshakes.MAX_PENDING / 2;

  private final PendingHandshakes handshakes = new PendingHandshakes(Long.MAX_VALUE);
  private final List<String> closed = new ArrayList<>();

  private PendingHandshakes.Pending enter(String address) throws Exception {
    return handshakes.enter(InetAddress.getByName(address), () -> closed.add(address));
  }

  @Test
  void theOldestOfTheBusiestPrefixGoesFirst() throws Exception {
    enter("198.51.100.1");
    for (int i = 1; i < PendingHandshakes.MAX_PENDING; i++) {
      enter("203.0.113." + i);
    }
    assertEquals(List.of(), closed);
    enter("192.0.2.1");
    enter("192.0.2.2");
    assertEquals(List.of("203.0.113.1", "203.0.113.2"), closed);
  }

  @Test
  void withinThePrefixTheBusiestAddressGoesFirst() throws Exception {
    enter("203.0.113.1");
    for (int i = 1; i < PendingHandshakes.MAX_PENDING; i++) {
      enter("203.0.113.2");
    }
    enter("203.0.113.3");
    assertEquals(List.of("203.0.113.2"), closed);
  }

  @Test
  void prefixesOfIpv6AreThoseOfSites() throws Exception {
    enter("2001:db8:1::1");
    for (int i = 1; i < PendingHandshakes.MAX_PENDING; i++) {
      enter("2001:db8:2:" + Integer.toHexString(i) + "::1");
    }
    enter("2001:db8:3::1");
    assertEquals(List.of("2001:db8:2:1::1"), closed);
  }

  @Test
  void silentOnesGoBeforeThoseThatHaveBegun() throws Exception {
    enter("203.0.113.1").spoke();
    for (int i = 0; i < 500; i++) {
      enter("203.0.113." + (2 + i % 200));
    }
    assertFalse(closed.contains("203.0.113.1"));
    assertEquals(501 - PendingHandshakes.MAX_PENDING, closed.size());
  }

  @Test
  void thoseThatHaveBegunLeavePlacesToNewcomers() throws Exception {
    for (int i = 0; i < PendingHandshakes.MAX_PENDING; i++) {
      enter("203.0.113.1").spoke();
    }
    for (int i = 0; i < MAX_SILENT; i++) {
      enter("192.0.2.1");
    }
    assertFalse(closed.contains("192.0.2.1"));
    assertEquals(MAX_SILENT, closed.size());
  }

  @Test
  void onesThatLeftTakeNoPlace() throws Exception {
    for (int i = 0; i < 3 * PendingHandshakes.MAX_PENDING; i++) {
      PendingHandshakes.Pending pending = enter("203.0.113.1");
      pending.leave();
      pending.leave();
    }
    assertEquals(List.of(), closed);
  }

  @Test
  void whereFewFilesMayBeOpenFewHandshakesArePending() throws Exception {
    for (long files : new long[] {0, 64, 128, 1024}) {
      var few = new PendingHandshakes(files);
      List<Integer> gone = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        int number = i;
        few.enter(InetAddress.getByName("203.0.113.1"), () -> gone.add(number));
      }
      assertEquals(64 - Math.max(4, files / 16), gone.size(), files + " files");
    }
  }
}
