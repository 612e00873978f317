package io.shoal.discovery.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.MalformedDataException;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerAddress;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnnouncementTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private NodeIdentity identity;
  private PeerRecord record;

  @BeforeEach
  void asANode(@TempDir Path folder) {
    identity = identityIn(folder);
    record =
        PeerRecord.of(
            identity.peerId(),
            List.of(
                PeerAddress.of("tcps://192.0.2.7:4600"),
                PeerAddress.of("https://example.org:443")));
  }

  private static NodeIdentity identityIn(Path folder) {
    try (TestContext context = TestContext.in(folder)) {
      return context.identity();
    }
  }

  private static Cid cid(int seed) {
    return TestData.cid(TestData.bytes(seed, 100));
  }

  private Json signed(Instant at, int... seeds) {
    List<Cid> cids = java.util.Arrays.stream(seeds).mapToObj(AnnouncementTest::cid).toList();
    return Announcement.signed(identity, record, cids, at, HOUR);
  }

  @Test
  void whatIsSignedIsReadBack() throws Exception {
    Announcement read = Announcement.read(JsonReader.read(signed(NOW, 1, 2).written()));
    assertEquals(record, read.record());
    assertEquals(List.of(cid(1).multihash(), cid(2).multihash()), read.contents());
    assertEquals(NOW, read.madeAt());
    assertEquals(List.of("/dns/example.org/tcp/443/tls/http"), record.multiaddrs());
  }

  @Test
  void noByteCanBeChanged() throws Exception {
    String text = signed(NOW, 1).written();
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 300; i++) {
      int at = random.nextInt(text.length());
      char other = "abc019\"{}[]:,\\".charAt(random.nextInt(14));
      String changed = text.substring(0, at) + other + text.substring(at + 1);
      if (changed.equals(text)) {
        continue;
      }
      try {
        Announcement read = Announcement.read(JsonReader.read(changed));
        // The end of base 64 has bits that mean nothing.
        assertEquals(record, read.record());
        assertEquals(List.of(cid(1).multihash()), read.contents());
      } catch (MalformedDataException e) {
        assertTrue(String.valueOf(e.getMessage()).lines().count() == 1);
      }
    }
  }

  @Test
  void anotherNodesAnnouncementIsRefused(@TempDir Path other) throws Exception {
    PeerRecord others =
        PeerRecord.of(identityIn(other).peerId(), List.of(PeerAddress.of("tcps://h.example:1")));
    Json forged = Announcement.signed(identity, others, List.of(cid(1)), NOW, HOUR);
    assertThrows(MalformedDataException.class, () -> Announcement.read(forged));
  }

  @Test
  void anOldAnnouncementAndOneFromTheFutureAreNotTaken() throws Exception {
    ProviderTable table = new ProviderTable(100, () -> 0, InstantSource.fixed(NOW));
    for (Duration off : List.of(Duration.ofHours(-1), Duration.ofHours(1))) {
      Announcement one = Announcement.read(signed(NOW.plus(off), 1));
      assertTrue(table.put(one, record, "192.0.2.7").orElseThrow().contains("Timestamp"));
    }
    assertEquals(List.of(), table.find(cid(1).multihash(), 10));
  }

  @Test
  void anAnnouncementExpires() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ProviderTable table = new ProviderTable(100, nanos::get, InstantSource.fixed(NOW));
    assertEquals(
        Optional.empty(), table.put(Announcement.read(signed(NOW, 1)), record, "192.0.2.7"));
    assertEquals(List.of(record), table.find(cid(1).multihash(), 10));
    nanos.addAndGet(HOUR.toNanos());
    assertEquals(List.of(), table.find(cid(1).multihash(), 10));
    table.sweep();
    assertEquals(0, table.records());
    assertEquals(List.of(), table.nodes(10));
  }

  @Test
  void oneAddressCannotFillTheTable() throws Exception {
    ProviderTable table = new ProviderTable(100, () -> 0, InstantSource.fixed(NOW));
    int[] many = java.util.stream.IntStream.range(0, 60).toArray();
    Optional<String> fault = table.put(Announcement.read(signed(NOW, many)), record, "192.0.2.7");
    assertTrue(fault.orElseThrow().contains("share"));
    assertEquals(25, table.records());
  }

  @Test
  void aClientThatAsksTooOftenWaits() {
    AtomicLong nanos = new AtomicLong();
    ClientLimits limits = new ClientLimits(nanos::get);
    for (int i = 0; i < ClientLimits.BURST; i++) {
      assertTrue(limits.admits("192.0.2.7"));
    }
    assertTrue(!limits.admits("192.0.2.7"));
    assertTrue(limits.admits("192.0.2.8"));
    nanos.addAndGet(1_000_000_000L / ClientLimits.PER_SECOND);
    assertTrue(limits.admits("192.0.2.7"));
  }

  @Test
  void aStrangerNamesNoAddressOfThisMachineOrNetwork() {
    InetAddress stranger = InetAddress.ofLiteral("192.0.2.7");
    for (String uri :
        List.of(
            "tcps://127.0.0.1:1",
            "tcps://10.0.0.1:1",
            "tcps://[::1]:1",
            "tcps://224.0.0.1:1",
            "tcps://localhost:1",
            "unix:///run/shoal")) {
      assertEquals(
          Optional.empty(),
          AddressRules.announced(PeerAddress.of(uri), stranger, Scope.of(stranger)),
          uri);
    }
    assertEquals(
        Optional.of(PeerAddress.of("tcps://192.0.2.7:4600")),
        AddressRules.announced(PeerAddress.of("tcps://[::]:4600"), stranger, Scope.of(stranger)));
    assertEquals(
        Optional.of("/ip4/192.0.2.7/tcp/80/http"),
        AddressRules.announced("/ip4/0.0.0.0/tcp/80/http", stranger, Scope.of(stranger)));
  }

  @Test
  void multiaddrsOfGatewaysAreReadAndWritten() {
    for (List<String> pair :
        List.of(
            List.of("/ip4/192.0.2.7/tcp/80/http", "http://192.0.2.7:80"),
            List.of("/ip6/2001:db8::7/tcp/8080/http", "http://[2001:db8::7]:8080"),
            List.of("/dns4/h.example/tcp/443/https", "https://h.example:443"),
            List.of("/dns/h.example/tcp/443/tls/http", "https://h.example:443"),
            List.of(
                "/dns/h.example/tcp/443/tls/http/p2p/" + identity.peerId(),
                "https://h.example:443"))) {
      assertEquals(
          Optional.of(PeerAddress.of(pair.get(1))), Multiaddr.gateway(pair.get(0)), pair.get(0));
    }
    for (String none :
        List.of(
            "",
            "/",
            "/ip4/192.0.2.7/tcp/4001",
            "/ip4/1.2.3/tcp/80/http",
            "/ip4/192.0.2.7/udp/80/http",
            "/ip4/192.0.2.7/tcp/99999/http",
            "/dns/a/tcp/443/tls/sni/b/http",
            "/dns/h.example/tcp/80/http/http-path/a")) {
      assertEquals(Optional.empty(), Multiaddr.gateway(none), none);
    }
  }

  @Test
  void backoffGrowsAndKeepsToWhatTheServerAsks() {
    AtomicLong nanos = new AtomicLong();
    Backoff backoff = new Backoff(nanos::get, new SplittableRandom(3));
    assertEquals(Duration.ZERO, backoff.left());
    backoff.failed("a", Optional.empty());
    assertTrue(backoff.left().toMillis() <= 1_000 && backoff.left().toMillis() >= 500);
    for (int i = 0; i < 30; i++) {
      backoff.failed("b", Optional.empty());
    }
    assertTrue(backoff.left().compareTo(Backoff.MAX) <= 0);
    backoff.failed("c", Optional.of(Duration.ofDays(365)));
    assertEquals(Backoff.MAX_ASKED, backoff.left());
    backoff.succeeded();
    assertEquals(Duration.ZERO, backoff.left());
  }

  @Test
  void theAgeOfAnAnswerCounts() {
    assertEquals(Duration.ofSeconds(200), Freshness.of("public, max-age=300", "100").fresh());
    assertEquals(Duration.ZERO, Freshness.of("max-age=300, no-cache", "").fresh());
    assertEquals(Duration.ZERO, Freshness.of("", "").fresh());
    assertEquals(Freshness.MAX_FRESH, Freshness.of("max-age=999999999", "").fresh());
    assertTrue(!Freshness.of("no-store", "").kept());
  }
}
