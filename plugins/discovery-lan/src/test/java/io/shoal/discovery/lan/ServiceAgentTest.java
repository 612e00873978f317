package io.shoal.discovery.lan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.PeerAddress;
import io.shoal.discovery.lan.DnsMessage.Question;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Agents on a link that the test simulates: same seed, same run.
class ServiceAgentTest {
  private static final SwarmKeys OPEN = new SwarmKeys(Optional.empty());
  private static final Duration STEP = Duration.ofMillis(10);

  private final List<Node> nodes = new ArrayList<>();
  private final List<Outgoing> sent = new ArrayList<>();
  private long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

  private final class Node {
    final InetAddress address;
    final Link link;
    final NeighbourTable table = new NeighbourTable();
    final ServiceAgent agent;

    Node(int number) {
      address = InetAddress.ofLiteral("192.168.7." + number);
      link = new Link(2, "eth0", List.of(new Link.Prefix(address, 24)));
      agent = new ServiceAgent(OPEN, "shoal-" + number, table, new Random(number));
      agent.linksAre(new Links(List.of(link), List.of()), now);
      nodes.add(this);
    }

    void listens(String uri) {
      agent.reachableAt(new OwnEndpoints(List.of(PeerAddress.of(uri))), now);
    }

    List<String> known() {
      return table.all().stream()
          .flatMap(known -> known.endpoints().stream())
          .map(PeerAddress::uri)
          .toList();
    }
  }

  private void deliver(Node from, Outgoing packet) throws Exception {
    sent.add(packet);
    for (Node to : nodes) {
      if (packet.to().isEmpty()) {
        to.agent.received(
            packet.bytes(),
            packet.group(),
            to.link,
            new InetSocketAddress(from.address, 5353),
            now);
      }
    }
  }

  private void pass(Duration time) throws Exception {
    for (long left = time.dividedBy(STEP); left > 0; left--) {
      now += STEP.toNanos();
      for (Node node : List.copyOf(nodes)) {
        if (node.agent.untilDueNanos(now) <= 0) {
          for (Outgoing packet : node.agent.due(now)) {
            deliver(node, packet);
          }
        }
      }
    }
  }

  @Test
  void nodesThatStartTogetherKnowEachOtherAtOnce() throws Exception {
    for (int number = 1; number <= 5; number++) {
      new Node(number).listens("tcps://0.0.0.0:4600");
    }
    pass(Duration.ofMillis(200));
    for (Node node : nodes) {
      assertEquals(4, node.table.size());
    }
    assertEquals("tcps://192.168.7.2:4600", nodes.getFirst().known().getFirst());
  }

  @Test
  void aNodeThatOnlyListensFindsTheOthers() throws Exception {
    new Node(1).listens("tcps://0.0.0.0:4600");
    pass(Duration.ofMinutes(2));
    Node late = new Node(2);
    pass(Duration.ofMillis(200));
    assertEquals(List.of("tcps://192.168.7.1:4600"), late.known());
    assertEquals(0, nodes.getFirst().table.size());
  }

  @Test
  void aNodeThatVanishesExpiresAndOthersStay() throws Exception {
    for (int number = 1; number <= 3; number++) {
      new Node(number).listens("tcps://0.0.0.0:4600");
    }
    pass(Duration.ofSeconds(10));
    nodes.remove(2);
    pass(Duration.ofMinutes(4));
    assertEquals(List.of("tcps://192.168.7.2:4600"), nodes.getFirst().known());
  }

  @Test
  void aQuietNetworkStaysQuiet() throws Exception {
    for (int number = 1; number <= 3; number++) {
      new Node(number).listens("tcps://0.0.0.0:4600");
    }
    pass(Duration.ofMinutes(2));
    sent.clear();
    pass(Duration.ofMinutes(30));
    // A question and three answers every 96 s, and the questions of each node's own pauses.
    assertTrue(sent.size() < 30 * 60 / 96 * 4 + 30, sent.size() + " packets in 30 minutes");
    assertEquals(2, nodes.getFirst().table.size());
  }

  @Test
  void aNodeThatMovesIsKnownAtItsNewPlaceAlone() throws Exception {
    Node one = new Node(1);
    Node two = new Node(2);
    one.listens("tcps://0.0.0.0:4600");
    pass(Duration.ofSeconds(5));
    one.listens("tcps://0.0.0.0:4700");
    pass(Duration.ofMillis(100));
    assertEquals(List.of("tcps://192.168.7.1:4700"), two.known());
    one.agent.reachableAt(OwnEndpoints.NONE, now);
    pass(Duration.ofMillis(100));
    assertEquals(List.of(), two.known());
  }

  @Test
  void manyQuestionsHaveOneAnswerASecond() throws Exception {
    Node one = new Node(1);
    one.listens("tcps://0.0.0.0:4600");
    pass(Duration.ofSeconds(10));
    sent.clear();
    byte[] query = query(0);
    for (int i = 0; i < 500; i++) {
      one.agent.received(query, Group.DNS_IPV4, one.link, at("192.168.7.9", 5353), now);
      pass(Duration.ofMillis(10));
    }
    assertTrue(sent.size() <= 8, sent.size() + " packets in 5 s");
  }

  @Test
  void anOrdinaryResolverGetsItsAnswerWithItsNumber() throws Exception {
    Node one = new Node(1);
    one.listens("tcps://0.0.0.0:4600");
    InetSocketAddress resolver = at("192.168.7.9", 50_000);
    one.agent.received(query(77), Group.DNS_IPV4, one.link, resolver, now);
    Outgoing answer =
        one.agent.due(now).stream().filter(packet -> packet.to().isPresent()).findFirst().get();
    assertEquals(Optional.of(resolver), answer.to());
    DnsMessage message = DnsReader.read(answer.bytes());
    assertEquals(77, message.id());
    assertEquals(1, message.questions().size());
    assertTrue(message.records().stream().allMatch(record -> record.ttlSeconds() <= 10));
  }

  @Test
  void endpointsElsewhereAreNotDialled() throws Exception {
    Node one = new Node(1);
    List<String> endpoints =
        List.of(
            "tcps://127.0.0.1:4600",
            "tcps://10.0.0.1:4600",
            "tcps://router.local:4600",
            "tcps://[fe80::1]:4600",
            "not a uri",
            "tcps://192.168.7.9:4600");
    hear(one, ServiceDescription.of("shoal-9", endpoints, OPEN), "192.168.7.9", 120);
    assertEquals(List.of("tcps://192.168.7.9:4600"), one.known());
  }

  @Test
  void aGoodbyeOfAnotherMachineIsIgnored() throws Exception {
    Node one = new Node(1);
    ServiceDescription other =
        ServiceDescription.of("shoal-9", List.of("tcps://192.168.7.9:4600"), OPEN);
    hear(one, other, "192.168.7.9", 120);
    hear(one, other, "192.168.7.66", 0);
    assertEquals(1, one.table.size());
    hear(one, other, "192.168.7.9", 0);
    assertEquals(0, one.table.size());
  }

  @Test
  void aForgedDescriptionIsIgnored() throws Exception {
    Node one = new Node(1);
    ServiceDescription real =
        ServiceDescription.of("shoal-9", List.of("tcps://192.168.7.9:4600"), OPEN);
    hear(
        one,
        new ServiceDescription("shoal-9", List.of("tcps://192.168.7.66:4600"), real.tag()),
        "192.168.7.66",
        120);
    assertEquals(0, one.table.size());
  }

  @Test
  void aFloodOfNamesIsBounded() throws Exception {
    Node one = new Node(1);
    for (int i = 0; i < 4_000; i++) {
      String source = "192.168.7." + (2 + i % 200);
      List<String> endpoints = List.of("tcps://" + source + ":4600");
      hear(one, ServiceDescription.of("shoal-x" + i, endpoints, OPEN), source, Integer.MAX_VALUE);
    }
    assertEquals(NeighbourTable.MAX_NEIGHBOURS, one.table.size());
    one.table.expire(now + Duration.ofSeconds(4_501).toNanos());
    assertEquals(0, one.table.size());
  }

  private void hear(Node node, ServiceDescription description, String source, long seconds)
      throws MalformedPacketException {
    InetSocketAddress from = at(source, 5353);
    byte[] packet =
        DnsWriter.multicast(
            new DnsMessage(
                0, true, List.of(), description.records(List.of(from.getAddress()), seconds)));
    node.agent.received(packet, Group.DNS_IPV4, node.link, from, now);
  }

  private static byte[] query(int id) {
    return DnsWriter.unicast(
        new DnsMessage(
            id,
            false,
            List.of(new Question(ServiceDescription.SERVICE, RecordType.PTR)),
            List.of()));
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }
}
