package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.testkit.TestData;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyAgentTest {
  private static final SwarmKeys OPEN = new SwarmKeys(Optional.empty());
  private static final Link LINK =
      new Link(
          2,
          "eth0",
          List.of(
              new Link.Prefix(InetAddress.ofLiteral("192.168.7.1"), 24),
              new Link.Prefix(InetAddress.ofLiteral("fd00::1"), 64)));
  private static final Duration STEP = Duration.ofMillis(50);

  private final HeardKeys heard = new HeardKeys();
  private final KeyAgent agent = new KeyAgent(OPEN, "own", heard);
  private final List<Outgoing> sent = new ArrayList<>();
  private long now = Long.MAX_VALUE;

  private void listens(String... uris) {
    agent.linksAre(new Links(List.of(LINK), List.of()), now);
    agent.reachableAt(new OwnEndpoints(List.of(uris).stream().map(PeerAddress::of).toList()), now);
  }

  private void pass(Duration time) {
    for (long left = time.dividedBy(STEP); left > 0; left--) {
      now += STEP.toNanos();
      sent.addAll(agent.due(now));
    }
  }

  private static Cid content(int number) {
    return TestData.cid(TestData.bytes(number, 50));
  }

  private void hear(String source, String text) throws MalformedPacketException {
    agent.received(
        text.getBytes(StandardCharsets.ISO_8859_1),
        Group.SEARCH_IPV4,
        LINK,
        new InetSocketAddress(InetAddress.ofLiteral(source), 6771),
        now);
  }

  @Test
  void everyContentIsAnnouncedInEachFamilyAndRenewed() throws Exception {
    listens("tcps://[::]:4600");
    for (int i = 0; i < 100; i++) {
      agent.announce(content(i), now);
    }
    pass(Duration.ofMinutes(4));
    assertEquals(keysOf(100), keysSent(Group.SEARCH_IPV4));
    assertEquals(keysOf(100), keysSent(Group.SEARCH_IPV6));
    // Five packets for a hundred keys, three times, in two families.
    assertEquals(2 * 5 * 3, sent.size());
    sent.clear();
    pass(Duration.ofMinutes(5));
    assertEquals(2 * 5, sent.size());
    assertTrue(sent.stream().allMatch(packet -> packet.bytes().length < 1_400));
  }

  private static Set<String> keysOf(int contents) {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < contents; i++) {
      keys.add(OPEN.provider(content(i), "tcps"));
    }
    return keys;
  }

  private Set<String> keysSent(Group group) throws Exception {
    Set<String> keys = new HashSet<>();
    for (Outgoing packet : sent) {
      if (packet.group() == group) {
        keys.addAll(SearchMessage.read(packet.bytes()).keys());
      }
    }
    return keys;
  }

  @Test
  void whatIsWithdrawnOrHasNoPlaceIsNotAnnounced() {
    agent.announce(content(1), now);
    pass(Duration.ofMinutes(1));
    listens("tcps://10.1.1.1:4600");
    pass(Duration.ofMinutes(1));
    assertEquals(List.of(), sent);
    listens("tcps://0.0.0.0:4600");
    agent.withdraw(content(1));
    pass(Duration.ofMinutes(11));
    assertEquals(List.of(), sent);
    assertEquals(0, agent.size());
  }

  @Test
  void moreContentsThanTheLimitAreCounted() {
    for (int i = 0; i < KeyAgent.MAX_CONTENTS + 5; i++) {
      agent.announce(content(i), now);
    }
    assertEquals(KeyAgent.MAX_CONTENTS, agent.size());
    assertEquals(5, agent.leftOut());
  }

  @Test
  void aTorrentIsAnnouncedAsItsClientsDo() throws Exception {
    listens("bt://0.0.0.0:6881");
    byte[] digest = TestData.bytes(3, 20);
    Cid torrent = Cid.of(Cid.TORRENT_INFO, Multihash.of(Multihash.SHA1, digest));
    agent.announce(torrent, now);
    pass(Duration.ofSeconds(1));
    String text = new String(sent.getFirst().bytes(), StandardCharsets.US_ASCII);
    assertTrue(text.startsWith("BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\n"), text);
    assertTrue(text.contains("\r\nPort: 6881\r\nInfohash: "), text);
    assertTrue(text.endsWith("\r\n\r\n\r\n"), text);
    assertTrue(text.length() < 200, "aria2 reads 200 bytes");
  }

  @Test
  void messagesOfOtherClientsAreRead() throws Exception {
    String key = "ABCDEF0123456789ABCDEF0123456789ABCDEF01";
    hear(
        "192.168.7.9",
        "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 51413\r\nInfohash: "
            + key
            + "\r\n\r\n\r\n");
    hear("192.168.7.10", "BT-SEARCH * HTTP/1.1\nPORT:6881\ninfohash:" + key + "\n\n");
    hear(
        "192.168.7.11",
        "BT-SEARCH * HTTP/1.1\r\nPort: 6882\r\nInfohash: " + key + "\r\ncookie: own\r\n\r\n");
    List<String> places =
        heard.places(key.toLowerCase(java.util.Locale.ROOT), now).stream()
            .map(place -> place.getAddress().getHostAddress() + ":" + place.getPort())
            .toList();
    assertEquals(List.of("192.168.7.9:51413", "192.168.7.10:6881"), places);
    now += HeardKeys.LIFETIME.toNanos();
    assertEquals(List.of(), heard.places(key, now));
    assertEquals(0, heard.size());
  }

  @Test
  void whatIsNoMessageIsRefused() {
    String key = "\r\nInfohash: abcdef0123456789abcdef0123456789abcdef01\r\n\r\n";
    for (String text :
        List.of(
            "",
            "M-SEARCH * HTTP/1.1\r\nPort: 1" + key,
            "BT-SEARCH * HTTP/1.1\r\nPort: 0" + key,
            "BT-SEARCH * HTTP/1.1\r\nPort: 65536" + key,
            "BT-SEARCH * HTTP/1.1\r\nPort: -1" + key,
            "BT-SEARCH * HTTP/1.1" + key,
            "BT-SEARCH * HTTP/1.1\r\nPort: 1\r\nInfohash: abc\r\n\r\n",
            "BT-SEARCH * HTTP/1.1\r\nPort: 1" + key + "x".repeat(2_048))) {
      assertThrows(MalformedPacketException.class, () -> hear("192.168.7.9", text), text);
    }
    assertEquals(0, heard.size());
  }

  @Test
  void aFloodOfKeysIsBounded() {
    InetAddress flooder = InetAddress.ofLiteral("192.168.7.66");
    for (int i = 0; i < 50_000; i++) {
      heard.put("%040x".formatted(i), new InetSocketAddress(flooder, 1 + i % 60_000), now);
    }
    assertEquals(HeardKeys.MAX_OF_ONE_SOURCE, heard.size());
    InetSocketAddress other = new InetSocketAddress(InetAddress.ofLiteral("192.168.7.9"), 4600);
    assertTrue(heard.put("%040x".formatted(7), other, now));
    for (int port = 1; port < 1_000; port++) {
      heard.put("%040x".formatted(99_999), new InetSocketAddress(other.getAddress(), port), now);
    }
    assertEquals(HeardKeys.MAX_OF_ONE_KEY, heard.places("%040x".formatted(99_999), now).size());
    now += HeardKeys.LIFETIME.toNanos();
    assertTrue(heard.put("%040x".formatted(7), other, now));
    assertEquals(1, heard.size());
    assertEquals(1, heard.sources());
    assertFalse(heard.places("%040x".formatted(7), now).isEmpty());
  }
}
