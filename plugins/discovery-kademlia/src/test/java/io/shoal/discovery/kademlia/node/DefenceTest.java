package io.shoal.discovery.kademlia.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.discovery.kademlia.bencode.Bencode;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Contact;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.Method;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketReader;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.respond.RateLimiter;
import io.shoal.discovery.kademlia.respond.ReplySize;
import io.shoal.discovery.kademlia.routing.AddressRules;
import io.shoal.discovery.kademlia.routing.BoundId;
import io.shoal.discovery.kademlia.routing.DhtSettings;
import io.shoal.discovery.kademlia.testing.TestSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What an unknown address in the open internet can get out of a node.
class DefenceTest {
  private static final InetSocketAddress VICTIM = address("198.51.100.7", 7000);

  private final RandomGenerator random = new SplittableRandom(6);
  private final NodeId key = NodeId.random(random);
  private final Strangers world = new Strangers(TestSettings.ordinary(), "203.0.113.5");
  private final DhtNode node = world.node();

  private static InetSocketAddress address(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  /// The smallest query of its kind: no version, and a short transaction id.
  private byte[] query(Method method) {
    return new PacketWriter(Optional.empty())
        .write(new Packet.Query(Bytes.ofText("aa"), NodeId.random(random), method, true));
  }

  private Optional<Bytes> answer(InetSocketAddress from, byte[] query) {
    return world.answerTo(from, query);
  }

  private void fill() {
    for (int i = 0; i < 60; i++) {
      Contact contact = new Contact(NodeId.random(random), address("20." + i + ".0.1", 6881));
      world.add(contact);
      world.introduce(contact);
    }
    for (int i = 0; i < 60; i++) {
      InetSocketAddress provider = address("21." + i + ".0.1", 6881);
      Bytes token = reply(answer(provider, query(getPeers()))).answer().token().orElseThrow();
      answer(provider, query(new Method.AnnouncePeer(key, 4600, false, false, token)));
    }
  }

  private Method getPeers() {
    return new Method.GetPeers(key, Set.of(), false, false);
  }

  private static Packet.Reply reply(Optional<Bytes> answer) {
    return (Packet.Reply) PacketReader.read(answer.orElseThrow().toArray());
  }

  /// Measured with the smallest queries there are: ping 1.1, find_node 3.1 (4.3 in IPv6), get_peers
  /// 5.0, where the providers fill what is left.
  @Test
  void answersToForgeableAddressesAreBounded() {
    fill();
    List<Method> methods =
        List.of(
            new Method.Ping(),
            new Method.FindNode(key, Set.of()),
            new Method.FindNode(key, EnumSet.allOf(Family.class)),
            getPeers(),
            new Method.Get(key, OptionalLong.empty(), Set.of()),
            new Method.Unknown("odd", Optional.of(key), Set.of()));
    for (Method method : methods) {
      byte[] query = query(method);
      int size = answer(VICTIM, query).orElseThrow().length();
      assertTrue(
          size <= ReplySize.MAX_FACTOR * query.length,
          () -> method.name() + ": " + query.length + " bytes bring " + size);
    }
    assertTrue(node.snapshot(world.now()).defence().shortenedAnswers() > 0);
    assertEquals(8, reply(answer(VICTIM, query(getPeers()))).answer().nodesOf(Family.IPV4).size());
  }

  @Test
  void aTokenProvesTheAddress() {
    fill();
    int before = reply(answer(VICTIM, query(getPeers()))).answer().values().size();
    Bytes token = reply(answer(VICTIM, query(getPeers()))).answer().token().orElseThrow();
    answer(VICTIM, query(new Method.AnnouncePeer(key, 4600, false, false, token)));
    int after = reply(answer(VICTIM, query(getPeers()))).answer().values().size();
    assertTrue(before > 0 && before < after, before + " before, " + after + " after");
    assertEquals(50, after);
  }

  @Test
  void contentGoesToUnknownAddressesNowAndThen() {
    Item.Immutable item =
        new Item.Immutable(Bytes.of(Bencode.of(Bytes.of(new byte[900])).encode()));
    NodeId target = item.target();
    Method get = new Method.Get(target, OptionalLong.empty(), Set.of());
    InetSocketAddress holder = address("21.0.0.1", 6881);
    Bytes token = reply(answer(holder, query(get))).answer().token().orElseThrow();
    answer(holder, query(new Method.Put(item, OptionalLong.empty(), token)));
    int full = 0;
    for (int i = 0; i < 100; i++) {
      boolean has =
          reply(answer(VICTIM, query(get))).answer().content() instanceof Packet.Content.Value;
      full += has ? 1 : 0;
    }
    assertEquals(ReplySize.CONTENT_BURST, full);
    assertTrue(
        reply(answer(holder, query(get))).answer().content() instanceof Packet.Content.Value,
        "the node that stored it gets it");
  }

  @Test
  void manyAddressesOfANetworkGetNoMore() {
    byte[] ping = query(new Method.Ping());
    int answered = 0;
    for (int i = 0; i < 20_000; i++) {
      answered += answer(address("198.51.100." + (i % 254 + 1), 7000), ping).isPresent() ? 1 : 0;
    }
    assertEquals(RateLimiter.NETWORK_QUERIES_PER_SECOND * RateLimiter.BURST_SECONDS, answered);
    assertTrue(node.snapshot(0).defence().overNetwork() > 0);
  }

  @Test
  void allTogetherAreBoundedToo() {
    byte[] ping = query(new Method.Ping());
    int answered = 0;
    for (int i = 0; i < 40_000; i++) {
      String host = "30." + i / 254 % 254 + "." + i % 254 + ".1";
      answered += answer(address(host, 7000), ping).isPresent() ? 1 : 0;
    }
    assertEquals(RateLimiter.ALL_QUERIES_PER_SECOND * RateLimiter.BURST_SECONDS, answered);
    assertTrue(node.snapshot(0).defence().overAll() > 0);
  }

  @Test
  void aSilentSourceIsForgotten() {
    RateLimiter limiter = new RateLimiter();
    for (int i = 0; i < 10_000; i++) {
      limiter.admits(address("30." + i / 254 + "." + i % 254 + ".1", 7000), i / 10);
      assertTrue(limiter.remembered() <= RateLimiter.MAX_SOURCES + 1);
    }
    limiter.admits(VICTIM, 100_000);
    assertEquals(2, limiter.remembered());
  }

  /// The rule of [ReplySize], on every kind of packet for twenty seconds: a /24 from which queries
  /// seem to come gets five times what was sent in its name, and two large answers a second.
  @Test
  void anUnprovenNetworkGetsBoundedAnswers() {
    fill();
    Item.Immutable item =
        new Item.Immutable(Bytes.of(Bencode.of(Bytes.of(new byte[996])).encode()));
    store(item);
    List<byte[]> queries =
        List.of(
            query(new Method.Ping()),
            query(new Method.FindNode(key, EnumSet.allOf(Family.class))),
            query(getPeers()),
            query(new Method.GetPeers(key, Set.of(), true, false)),
            query(new Method.Get(item.target(), OptionalLong.empty(), Set.of())),
            query(new Method.SampleInfohashes(key, Set.of())),
            query(new Method.AnnouncePeer(key, 1, false, false, Bytes.ofText("wrong"))),
            query(new Method.Put(item, OptionalLong.empty(), Bytes.ofText("wrong"))),
            query(new Method.Unknown("x", Optional.empty(), Set.of())),
            Bytes.ofText("d1:t1:a1:y1:qe").toArray());
    int seconds = 20;
    long sent = 0;
    long got = 0;
    int large = 0;
    for (int i = 0; i < 50 * seconds; i++) {
      byte[] query = queries.get(i % queries.size());
      InetSocketAddress from = address("198.51.100." + (1 + i / queries.size() % 20), 7000);
      int size = answer(from, query).map(Bytes::length).orElse(0);
      sent += query.length;
      got += size;
      if (size > ReplySize.MAX_FACTOR * query.length) {
        large++;
        assertTrue(size <= PacketWriter.MAX_ITEM_PACKET_BYTES, "bytes: " + size);
      }
      world.pass(20);
    }
    int most = ReplySize.CONTENT_BURST + ReplySize.CONTENT_ANSWERS_PER_SECOND * seconds;
    assertTrue(large > seconds && large <= most, "large answers: " + large);
    long allowed = ReplySize.MAX_FACTOR * sent + (long) most * PacketWriter.MAX_ITEM_PACKET_BYTES;
    assertTrue(got <= allowed, sent + " bytes bring " + got);
    assertTrue(defence().withheldContents() > 0, () -> defence().inWords());
  }

  private DefenceCounters defence() {
    return node.snapshot(world.now()).defence();
  }

  private void store(Item item) {
    InetSocketAddress holder = address("21.0.0.1", 6881);
    Method get = new Method.Get(item.target(), OptionalLong.empty(), Set.of());
    Bytes token = reply(answer(holder, query(get))).answer().token().orElseThrow();
    answer(holder, query(new Method.Put(item, OptionalLong.empty(), token)));
  }

  @Test
  void whatIsKeptOffIsCounted() {
    Method wrong = new Method.AnnouncePeer(key, 1, false, false, Bytes.ofText("wrong"));
    answer(VICTIM, query(wrong));
    answer(VICTIM, query(wrong));
    Item tooLarge = new Item.Immutable(Bytes.of(Bencode.of(Bytes.of(new byte[997])).encode()));
    answer(VICTIM, query(new Method.Put(tooLarge, OptionalLong.empty(), Bytes.ofText("any"))));
    answer(
        VICTIM,
        new PacketWriter(Optional.empty())
            .write(
                new Packet.Reply(
                    Bytes.ofText("none"), key, Packet.Answer.EMPTY, Optional.empty())));
    assertEquals("wrongTokens 2, refusedStores 1, unaskedAnswers 1", defence().inWords());
  }

  @Test
  void nodesThatDoNotCountAreCounted() {
    Strangers strict =
        new Strangers(
            TestSettings.publicNetwork(new DhtSettings.Routing(true, AddressRules.Ids.REQUIRED, 1)),
            "203.0.113.5");
    strict.introduce(new Contact(key, VICTIM));
    for (int i = 1; i <= 3; i++) {
      InetSocketAddress near = address("198.51.100." + i, 7000);
      Contact contact = new Contact(BoundId.of(near.getAddress(), random), near);
      strict.add(contact);
      strict.introduce(contact);
    }
    DefenceCounters kept = strict.node().snapshot(0).defence();
    assertEquals(1, kept.unboundIds());
    assertEquals(2, kept.crowdedNodes());
  }
}
