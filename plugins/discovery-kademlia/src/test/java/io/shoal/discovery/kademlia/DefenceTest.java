package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  private final Strangers world = new Strangers(DhtSettings.ordinary(), "203.0.113.5");
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
  void noAnswerIsManyTimesAsLargeAsTheQueryOfAnAddressThatMayBeForged() {
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
  void whoBroughtATokenIsToldAll() {
    fill();
    int before = reply(answer(VICTIM, query(getPeers()))).answer().values().size();
    Bytes token = reply(answer(VICTIM, query(getPeers()))).answer().token().orElseThrow();
    answer(VICTIM, query(new Method.AnnouncePeer(key, 4600, false, false, token)));
    int after = reply(answer(VICTIM, query(getPeers()))).answer().values().size();
    assertTrue(before > 0 && before < after, before + " before, " + after + " after");
    assertEquals(50, after);
  }

  @Test
  void whatIsStoredGoesToUnknownAddressesNowAndThenOnly() {
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
        "who stored it gets it");
  }

  @Test
  void aNetworkGetsNoMoreByUsingAllOfItsAddresses() {
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
  void whoWasSilentIsForgotten() {
    RateLimiter limiter = new RateLimiter();
    for (int i = 0; i < 10_000; i++) {
      limiter.admits(address("30." + i / 254 + "." + i % 254 + ".1", 7000), i / 10);
      assertTrue(limiter.remembered() <= RateLimiter.MAX_SOURCES + 1);
    }
    limiter.admits(VICTIM, 100_000);
    assertEquals(2, limiter.remembered());
  }
}
