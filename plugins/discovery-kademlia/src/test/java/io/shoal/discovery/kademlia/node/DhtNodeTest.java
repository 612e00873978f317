package io.shoal.discovery.kademlia.node;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.shoal.discovery.kademlia.announce.Announcer;
import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Compact;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.lookup.Network;
import io.shoal.discovery.kademlia.maintenance.Bootstrap;
import io.shoal.discovery.kademlia.respond.KeySample;
import io.shoal.discovery.kademlia.respond.ProviderStore;
import io.shoal.discovery.kademlia.respond.RateLimiter;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.testing.ScrapeEstimate;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.discovery.kademlia.testing.TestSettings;
import io.shoal.discovery.kademlia.testing.Vectors;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// One node, to which the test speaks as strangers do.
class DhtNodeTest {
  private static final InetSocketAddress STRANGER = address(7);
  private static final NodeId STRANGER_ID =
      NodeId.of("abcdefghij0123456789".getBytes(StandardCharsets.US_ASCII), 0);
  private static final NodeId KEY =
      NodeId.of("mnopqrstuvwxyz123456".getBytes(StandardCharsets.US_ASCII), 0);
  private static final Bytes TRANSACTION = Bytes.ofText("aa");

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sent(InetSocketAddress to, byte[] datagram) {}

  private final List<Sent> sent = new ArrayList<>();
  private final PacketWriter writer = new PacketWriter(Optional.empty());
  private final DhtNode node = node(TestSettings.ordinary());
  private long now;

  private static InetSocketAddress address(int host) {
    return new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + host), 7000);
  }

  private DhtNode node(DhtSettings settings) {
    Network network =
        new Network() {
          @Override
          public void send(InetSocketAddress to, byte[] datagram) {
            sent.add(new Sent(to, datagram));
          }

          @Override
          public Optional<InetAddress> ownAddressToward(InetAddress peer) {
            return Optional.of(InetAddress.ofLiteral("10.0.0.1"));
          }

          @Override
          public void wantBootstrap() {}
        };
    return new DhtNode(
        NodeId.random(new SplittableRandom(1)), settings, network, new SplittableRandom(2), 0);
  }

  /// What the node answers to a packet of the stranger, without its own queries.
  private Optional<Packet> answer(byte[] packet) {
    return answer(node, STRANGER, packet);
  }

  private Optional<Packet> answer(DhtNode asked, InetSocketAddress from, byte[] packet) {
    sent.clear();
    asked.onDatagram(from, packet, now);
    return sent.stream()
        .map(s -> PacketReader.read(s.datagram()))
        .filter(p -> !(p instanceof Packet.Query))
        .findFirst();
  }

  private Packet.Answer ask(InetSocketAddress from, NodeId id, Method method) {
    byte[] query = writer.write(new Packet.Query(TRANSACTION, id, method, false));
    Packet answer = answer(node, from, query).orElseThrow();
    return assertInstanceOf(Packet.Reply.class, answer).answer();
  }

  private Packet.Answer ask(Method method) {
    return ask(STRANGER, STRANGER_ID, method);
  }

  private Packet.Answer getPeers() {
    return ask(new Method.GetPeers(KEY, Set.of()));
  }

  private Bytes token() {
    return getPeers().token().orElseThrow();
  }

  /// Lets a node into the table: it asks, is pinged, and answers.
  private void introduce(Contact contact) {
    sent.clear();
    node.onDatagram(
        contact.address(),
        writer.write(new Packet.Query(TRANSACTION, contact.id(), new Method.Ping(), false)),
        now);
    for (Sent packet : List.copyOf(sent)) {
      if (PacketReader.read(packet.datagram()) instanceof Packet.Query ping) {
        node.onDatagram(
            packet.to(),
            writer.write(
                new Packet.Reply(
                    ping.transaction(), contact.id(), Packet.Answer.EMPTY, Optional.empty())),
            now);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> everyExtendedCaseIsTreatedAsIsDue() {
    return Vectors.cases("dht/krpc-extended.json").stream()
        .filter(c -> !c.path("name").asString().startsWith("response"))
        .map(c -> dynamicTest(c.path("name").asString(), () -> new DhtNodeTest().treat(c)));
  }

  private void treat(JsonNode c) {
    Optional<Packet> answer = answer(Vectors.hex(c, "packet"));
    String due = c.path("expect").asString();
    switch (c.path("name").asString()) {
      // Their tokens are made up: what a valid one does is tested below.
      case "announce_peer implied_port", "announce_peer implied_port 0" ->
          assertEquals(203, code(answer));
      case "put v 1001 bytes" -> assertEquals(205, code(answer));
      case "find_node want n6" -> {
        Packet.Reply reply = assertInstanceOf(Packet.Reply.class, answer.orElseThrow());
        assertEquals(Packet.Answer.EMPTY, reply.answer());
      }
      default -> {
        if (due.startsWith("error 203")) {
          assertEquals(203, code(answer));
        } else if (due.startsWith("drop silently")) {
          assertTrue(answer.isEmpty());
        } else if (due.startsWith("answer")) {
          assertInstanceOf(Packet.Reply.class, answer.orElseThrow());
        } else {
          assertTrue(due.startsWith("either"), due);
        }
      }
    }
  }

  private static int code(Optional<Packet> answer) {
    return assertInstanceOf(Packet.Fault.class, answer.orElseThrow()).code();
  }

  @TestFactory
  Stream<DynamicTest> whatRealClientsAskIsAnsweredInTheSameShape() {
    List<String> known =
        List.of("ping", "find_node", "get_peers", "get_peers scrape", "unknown method w target");
    return Vectors.cases("dht/captured-libtorrent-2.0.8.json").stream()
        .filter(c -> known.contains(c.path("case").asString()))
        .map(
            c ->
                dynamicTest(
                    c.path("case").asString(),
                    () -> {
                      Packet theirs = PacketReader.read(Vectors.hex(c, "reply"));
                      Packet ours = answer(Vectors.hex(c, "query")).orElseThrow();
                      assertEquals(shape(theirs), shape(ours));
                    }));
  }

  private static List<Object> shape(Packet packet) {
    Packet.Reply reply = assertInstanceOf(Packet.Reply.class, packet);
    return List.of(
        reply.transaction(),
        reply.answer().nodes().isPresent(),
        reply.answer().nodes6().isPresent(),
        reply.answer().token().isPresent(),
        reply.answer().content().getClass(),
        reply.seenAs().isPresent());
  }

  private void announce(InetSocketAddress from, int port, boolean seed) {
    NodeId id = NodeId.random(new SplittableRandom(port));
    Bytes token = ask(from, id, new Method.GetPeers(KEY, Set.of())).token().orElseThrow();
    ask(from, id, new Method.AnnouncePeer(KEY, port, false, seed, token));
  }

  @Test
  void aScrapeCountsAndNoseedOmitsSeeds() {
    announce(address(8), 4600, true);
    announce(address(9), 4600, false);
    announce(address(10), 4600, false);
    Packet.Answer scraped = ask(new Method.GetPeers(KEY, Set.of(), true, false));
    Packet.Content.Scrape scrape = assertInstanceOf(Packet.Content.Scrape.class, scraped.content());
    assertEquals(1, ScrapeEstimate.of(scrape.seeds()), 0.01);
    assertEquals(2, ScrapeEstimate.of(scrape.others()), 0.01);
    assertEquals(List.of(), scraped.values());
    assertTrue(scraped.token().isPresent());
    assertEquals(2, ask(new Method.GetPeers(KEY, Set.of(), false, true)).values().size());
  }

  @Test
  void keySamplesStayForTheirInterval() {
    assertEquals(
        new Packet.Content.Samples(300, 0, List.of()),
        ask(new Method.SampleInfohashes(STRANGER_ID, Set.of())).content());
    announce(address(8), 4600, false);
    now += 1;
    assertEquals(
        new Packet.Content.Samples(300, 1, List.of()),
        ask(new Method.SampleInfohashes(STRANGER_ID, Set.of())).content());
    now += KeySample.LIFETIME_MILLIS;
    Packet.Answer answer = ask(new Method.SampleInfohashes(STRANGER_ID, Set.of()));
    assertEquals(new Packet.Content.Samples(300, 1, List.of(KEY)), answer.content());
    assertTrue(answer.nodes().isPresent());
  }

  private static final Bytes VALUE = Bytes.ofText("12:Hello World!");

  private int refusal(Method method) {
    return code(answer(writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, method, false))));
  }

  private Packet.Answer get(NodeId target, OptionalLong newerThan) {
    return ask(new Method.Get(target, newerThan, Set.of()));
  }

  private Packet.Answer get(NodeId target) {
    return get(target, OptionalLong.empty());
  }

  private void put(Item item) {
    Bytes token = get(item.target()).token().orElseThrow();
    assertEquals(Packet.Answer.EMPTY, ask(new Method.Put(item, OptionalLong.empty(), token)));
  }

  @Test
  void anImmutableItemIsFoundByItsHash() {
    Item item = new Item.Immutable(VALUE);
    put(item);
    Packet.Answer answer = get(item.target());
    assertEquals(new Packet.Content.Value(VALUE), answer.content());
    assertTrue(answer.token().isPresent());
    assertTrue(answer.nodes().isPresent());
    assertEquals(new Packet.Content.None(), get(KEY).content());
  }

  @Test
  void aMutableItemIsSentOnlyIfNewer() {
    Item.Mutable item = SigningKey.of(1).item("salt", 5, VALUE.text());
    put(item);
    Packet.Content whole = new Packet.Content.Signed(item.key(), 5, item.value(), item.signature());
    assertEquals(whole, get(item.target()).content());
    assertEquals(whole, get(item.target(), OptionalLong.of(4)).content());
    assertEquals(
        new Packet.Content.NothingNewer(5), get(item.target(), OptionalLong.of(5)).content());
  }

  @Test
  void anItemNeedsTheTokenOfItsTarget() {
    Item item = new Item.Immutable(VALUE);
    Bytes other = get(KEY).token().orElseThrow();
    assertEquals(203, refusal(new Method.Put(item, OptionalLong.empty(), other)));
  }

  @Test
  void sizeIsCheckedFirstThenTokenThenSignature() {
    Bytes noToken = Bytes.ofText("x");
    SigningKey key = SigningKey.of(1);
    Item.Mutable longSalt = key.item("s".repeat(65), 1, "i1e");
    assertEquals(207, refusal(new Method.Put(longSalt, OptionalLong.empty(), noToken)));
    Item.Mutable both = key.item("s".repeat(65), 1, "997:" + "x".repeat(997));
    assertEquals(205, refusal(new Method.Put(both, OptionalLong.empty(), noToken)));
    Item.Mutable signed = key.item("s", 1, "i1e");
    Item forged =
        new Item.Mutable(signed.key(), signed.salt(), 2, signed.value(), signed.signature());
    assertEquals(203, refusal(new Method.Put(forged, OptionalLong.empty(), noToken)));
    Bytes token = get(forged.target()).token().orElseThrow();
    assertEquals(206, refusal(new Method.Put(forged, OptionalLong.empty(), token)));
  }

  @Test
  void aPutWithoutAnArgumentIsRefused() {
    for (String arguments :
        List.of(
            "1:v3:abc",
            "5:token1:x",
            "1:k3:abc3:seqi1e3:sig3:abc5:token1:x1:vi1e",
            "1:k32:" + "k".repeat(32) + "3:sig64:" + "s".repeat(64) + "5:token1:x1:vi1e",
            "3:casle5:token1:x1:vi1e",
            "5:token1:x1:vi01e")) {
      String packet =
          "d1:ad2:id20:abcdefghij0123456789%se1:q3:put1:t2:aa1:y1:qe".formatted(arguments);
      assertEquals(203, code(answer(packet.getBytes(StandardCharsets.US_ASCII))), packet);
    }
  }

  @Test
  void thePingOfBep5IsAnsweredExactly() {
    DhtNode named =
        node(
            new DhtSettings(
                Family.IPV4,
                false,
                false,
                DhtSettings.Routing.OPEN,
                DhtSettings.DEFAULT_ANNOUNCE_INTERVAL,
                DhtSettings.DEFAULT_REFRESH_INTERVAL,
                Optional.empty()));
    sent.clear();
    named.onDatagram(
        STRANGER,
        "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"
            .getBytes(StandardCharsets.US_ASCII),
        0);
    byte[] due =
        new Bencode.DictionaryBuilder()
            .put("ip", Compact.peer(STRANGER))
            .put("r", new Bencode.DictionaryBuilder().put("id", named.id().bytes()).build())
            .put("t", TRANSACTION)
            .put("y", Bencode.of("r"))
            .build()
            .encode();
    assertArrayEquals(due, sent.getFirst().datagram());
  }

  @Test
  void oneTokenIsEnoughForManyKeys() {
    Bytes token = token();
    List<NodeId> keys = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      keys.add(NodeId.random(new SplittableRandom(i)));
    }
    Packet.Answer answer = ask(new Method.AnnounceMany(keys, KEY, 4600, token));
    assertEquals(
        new Packet.Content.Kept(Bytes.of(new byte[] {(byte) 0xff, (byte) 0xc0})), answer.content());
    for (NodeId key : keys) {
      assertEquals(
          List.of(new InetSocketAddress(STRANGER.getAddress(), 4600)),
          ask(new Method.GetPeers(key, Set.of())).values());
    }
    // The token is that of the named key, and of no other.
    byte[] wrong =
        writer.write(
            new Packet.Query(
                TRANSACTION,
                STRANGER_ID,
                new Method.AnnounceMany(keys, keys.getFirst(), 4600, token),
                false));
    assertEquals(
        Packet.Fault.PROTOCOL,
        assertInstanceOf(Packet.Fault.class, answer(wrong).orElseThrow()).code());
  }

  @Test
  void anAnnouncedProviderIsSharedUntilItExpires() {
    ask(new Method.AnnouncePeer(KEY, 4600, false, token()));
    InetSocketAddress provider = new InetSocketAddress(STRANGER.getAddress(), 4600);
    assertEquals(List.of(provider), getPeers().values());
    now = ProviderStore.LIFETIME_MILLIS - 1;
    assertEquals(List.of(provider), getPeers().values());
    now++;
    assertEquals(List.of(), getPeers().values());
  }

  @Test
  void anImpliedPortIsThatOfTheDatagram() {
    ask(new Method.AnnouncePeer(KEY, 0, true, token()));
    assertEquals(List.of(STRANGER), getPeers().values());
  }

  @Test
  void aTokenHoldsForOneAddressAndKey() {
    Bytes token = token();
    Method stolen = new Method.AnnouncePeer(KEY, 4600, false, token);
    byte[] query = writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, stolen, false));
    assertEquals(203, code(answer(node, address(8), query)));
    Method otherKey = new Method.AnnouncePeer(STRANGER_ID, 4600, false, token);
    assertEquals(
        203,
        code(answer(writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, otherKey, false)))));
  }

  @Test
  void aTokenHoldsFiveToTenMinutes() {
    Bytes token = token();
    Method announce = new Method.AnnouncePeer(KEY, 4600, false, token);
    byte[] query = writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, announce, false));
    now = MINUTES.toMillis(5);
    assertInstanceOf(Packet.Reply.class, answer(query).orElseThrow());
    now = MINUTES.toMillis(10);
    assertEquals(203, code(answer(query)));
  }

  @Test
  void aMereAskerDoesNotEnterTheTable() {
    ask(new Method.Ping());
    assertEquals(List.of(), node.contacts());
    assertTrue(
        sent.stream().anyMatch(s -> PacketReader.read(s.datagram()) instanceof Packet.Query),
        "it is asked back");
  }

  @Test
  void aNodeThatAnswersEntersTheTable() {
    Contact other = new Contact(NodeId.random(new SplittableRandom(5)), address(9));
    introduce(other);
    assertEquals(List.of(other), node.contacts());
    assertEquals(List.of(other), ask(new Method.FindNode(KEY, Set.of())).nodesOf(Family.IPV4));
  }

  @Test
  void aReadOnlyNodeIsNeverAskedBack() {
    byte[] query =
        writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, new Method.Ping(), true));
    assertTrue(answer(query).isPresent());
    assertEquals(1, sent.size());
  }

  @Test
  void aReadOnlyMemberAnswersNoQuery() {
    DhtNode silent = node(TestSettings.readOnly());
    byte[] query =
        writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, new Method.Ping(), false));
    assertEquals(Optional.empty(), answer(silent, STRANGER, query));
  }

  @Test
  void aReadOnlyMembersQueriesSaySo() {
    DhtNode silent = node(TestSettings.readOnly());
    silent.bootstrap(Bootstrap.Addresses.of(STRANGER), now);
    Packet.Query query =
        assertInstanceOf(Packet.Query.class, PacketReader.read(sent.getFirst().datagram()));
    assertTrue(query.readOnly());
  }

  @Test
  void aRouterNeverEntersTheTable() {
    node.bootstrap(
        new Bootstrap.Addresses(List.of(STRANGER), Set.of(STRANGER), List.of(), true), now);
    Packet.Query query =
        assertInstanceOf(Packet.Query.class, PacketReader.read(sent.getFirst().datagram()));
    Contact named = new Contact(NodeId.random(new SplittableRandom(6)), address(9));
    sent.clear();
    node.onDatagram(
        STRANGER,
        writer.write(
            new Packet.Reply(
                query.transaction(),
                STRANGER_ID,
                Packet.Answer.ofNodes(Family.IPV4, List.of(named)),
                Optional.empty())),
        now);
    assertEquals(List.of(), node.contacts());
    assertEquals(named.address(), sent.getFirst().to(), "the named node is asked next");
  }

  @Test
  void aDatagramOfTheOtherFamilyIsDropped() {
    byte[] query =
        writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, new Method.Ping(), false));
    InetSocketAddress v6 = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 7000);
    assertEquals(Optional.empty(), answer(node, v6, query));
  }

  @Test
  void anUnaskedReplyChangesNothing() {
    ask(new Method.Ping());
    Packet.Query ping =
        sent.stream()
            .map(s -> PacketReader.read(s.datagram()))
            .filter(Packet.Query.class::isInstance)
            .map(Packet.Query.class::cast)
            .findFirst()
            .orElseThrow();
    byte[] reply =
        writer.write(
            new Packet.Reply(
                ping.transaction(), STRANGER_ID, Packet.Answer.EMPTY, Optional.empty()));
    node.onDatagram(address(8), reply, now);
    assertEquals(List.of(), node.contacts());
    node.onDatagram(STRANGER, reply, now);
    assertEquals(1, node.contacts().size());
  }

  @Test
  void ownKeysAreAnsweredWithAReachableAddress() {
    node.announce(KEY, List.of(new Announcer.Place(4600, Optional.empty())), ports -> {}, now);
    assertEquals(
        List.of(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 4600)),
        getPeers().values());
    node.withdraw(KEY);
    assertEquals(List.of(), getPeers().values());
  }

  @Test
  void noAnswerIsLargerThanADatagramMayBe() {
    for (int i = 0; i < 200; i++) {
      InetSocketAddress from = address(i + 2);
      NodeId id = NodeId.random(new SplittableRandom(i));
      introduce(new Contact(id, from));
      Bytes token = ask(from, id, new Method.GetPeers(KEY, Set.of())).token().orElseThrow();
      ask(from, id, new Method.AnnouncePeer(KEY, 4600, false, token));
    }
    byte[] query =
        writer.write(
            new Packet.Query(
                Bytes.of(new byte[PacketReader.MAX_TRANSACTION_BYTES]),
                STRANGER_ID,
                new Method.GetPeers(KEY, Set.of()),
                false));
    Packet.Reply reply = assertInstanceOf(Packet.Reply.class, answer(query).orElseThrow());
    assertEquals(8, reply.answer().nodesOf(Family.IPV4).size());
    assertEquals(50, reply.answer().values().size());
    assertTrue(sent.getFirst().datagram().length <= PacketWriter.MAX_PACKET_BYTES);
  }

  @Test
  void aFloodOfQueriesIsNotAnswered() {
    byte[] query =
        writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, new Method.Ping(), true));
    InetSocketAddress abroad = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 7000);
    int burst = RateLimiter.GLOBAL_QUERIES_PER_SECOND * RateLimiter.BURST_SECONDS;
    long answered =
        IntStream.range(0, 2 * burst).filter(i -> answer(node, abroad, query).isPresent()).count();
    assertEquals(burst, answered);
    assertTrue(answer(query).isPresent(), "others are answered");
    now += 1000;
    assertTrue(answer(node, abroad, query).isPresent());
  }

  @Test
  void aDatagramFromPortZeroIsDropped() {
    byte[] query =
        writer.write(new Packet.Query(TRANSACTION, STRANGER_ID, new Method.Ping(), false));
    InetSocketAddress zero = new InetSocketAddress(STRANGER.getAddress(), 0);
    assertEquals(Optional.empty(), answer(node, zero, query));
  }

  @Test
  void loopbackAddressesDoNotGoToTheLan() {
    Contact local =
        new Contact(
            NodeId.random(new SplittableRandom(5)),
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 7001));
    introduce(local);
    assertFalse(ask(new Method.FindNode(KEY, Set.of())).nodesOf(Family.IPV4).contains(local));
  }

  @Test
  void aNodeThatStopsAnsweringLeavesTheTable() {
    introduce(new Contact(STRANGER_ID, STRANGER));
    node.start(now);
    for (int i = 0; i < MINUTES.toSeconds(20); i++) {
      now += 1000;
      node.onTick(now);
    }
    assertEquals(List.of(), node.contacts());
  }
}
