package io.shoal.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DialLimitsTest {
  private final AtomicLong now = new AtomicLong(1_000);
  private final DialLimits dialLimits = new DialLimits(now::get);

  private long taken(Stream<String> uris) {
    return uris.map(PeerAddress::of).filter(dialLimits::take).count();
  }

  private static Stream<String> many(String format) {
    return IntStream.range(2_000, 2_200).mapToObj(format::formatted);
  }

  @Test
  void oneHostIsDialledSoOftenWhateverThePort() {
    assertEquals(DialLimits.MAX_DIALS_PER_HOST_AND_MINUTE, taken(many("tcps://203.0.113.7:%d")));
  }

  @Test
  void oneHostIsOneHostHoweverItIsWritten() {
    taken(many("tcps://[2001:db8::1]:%d"));

    assertFalse(dialLimits.take(PeerAddress.of("tcps://[2001:db8:0:0:0:0:0:1]:4600")));
  }

  @Test
  void oneNetworkIsDialledSoOftenWhateverTheHost() {
    assertEquals(
        DialLimits.MAX_DIALS_PER_NETWORK_AND_MINUTE,
        taken(IntStream.range(1, 250).mapToObj("tcps://203.0.113.%d:4600"::formatted)));
    assertEquals(
        DialLimits.MAX_DIALS_PER_NETWORK_AND_MINUTE, taken(many("tcps://[2001:db8:1:%d::1]:4600")));
    assertTrue(dialLimits.take(PeerAddress.of("tcps://198.51.100.1:4600")));
  }

  @Test
  void manyNamesCountTogetherSinceTheyMayLeadToOneHost() {
    assertEquals(
        DialLimits.MAX_DIALS_PER_NETWORK_AND_MINUTE, taken(many("tcps://h%d.example.org:4600")));
  }

  @Test
  void anAllowanceGrowsBackWithinAMinute() {
    taken(many("tcps://203.0.113.7:%d"));
    now.addAndGet(60_000 / DialLimits.MAX_DIALS_PER_HOST_AND_MINUTE);
    assertEquals(1, taken(many("tcps://203.0.113.7:%d")));
    now.addAndGet(60_000);
    assertEquals(DialLimits.MAX_DIALS_PER_HOST_AND_MINUTE, taken(many("tcps://203.0.113.7:%d")));
  }

  @Test
  void whatMustWaitIsNotCounted() {
    taken(many("tcps://203.0.113.7:%d"));

    assertEquals(
        DialLimits.MAX_DIALS_PER_NETWORK_AND_MINUTE - DialLimits.MAX_DIALS_PER_HOST_AND_MINUTE,
        taken(IntStream.range(8, 250).mapToObj("tcps://203.0.113.%d:4600"::formatted)));
  }

  @Test
  void thisMachineIsNoThirdParty() {
    assertEquals(200, taken(many("tcps://127.0.0.1:%d")));
  }

  @Test
  void aFullTableMakesNewTargetsWaitAndQuietOnesAreForgotten() {
    long first = floodOfHosts(20);
    PeerAddress fresh = PeerAddress.of("tcps://203.0.113.7:4600");
    assertEquals(DialLimits.MAX_TARGETS / 2, first, "each is a host and a network");
    assertFalse(dialLimits.take(fresh));

    now.addAndGet(60_000);

    assertEquals(first, floodOfHosts(60), "nothing of the first flood is left");
  }

  /// Each in a network of its own.
  private long floodOfHosts(int firstByte) {
    return taken(
        IntStream.range(0, DialLimits.MAX_TARGETS)
            .mapToObj(i -> "tcps://%d.%d.%d.1:4600".formatted(firstByte, i / 256, i % 256)));
  }
}
