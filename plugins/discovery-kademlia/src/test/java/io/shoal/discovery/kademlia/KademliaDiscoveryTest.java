package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.shoal.api.Cid;
import io.shoal.api.DiscoveryStatus;
import io.shoal.api.Endpoint;
import io.shoal.api.Inspection;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.api.SignedRecord;
import io.shoal.api.SignedRecords;
import io.shoal.api.UserFaultException;
import io.shoal.discovery.kademlia.bencode.Bytes;
import io.shoal.discovery.kademlia.krpc.Family;
import io.shoal.discovery.kademlia.krpc.Item;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.discovery.kademlia.krpc.Packet;
import io.shoal.discovery.kademlia.krpc.PacketWriter;
import io.shoal.discovery.kademlia.testing.SigningKey;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestMetrics;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Several real nodes on loopback, each on a port that the system chose.
@Timeout(60)
class KademliaDiscoveryTest {
  private static final PeerAddress ENDPOINT = PeerAddress.of("tcps://0.0.0.0:4600");
  private static final long PATIENCE_SECONDS = 20;

  @TempDir private Path folder;
  private final List<KademliaDiscovery> open = new ArrayList<>();
  private final List<TestContext> contexts = new ArrayList<>();

  @AfterEach
  void closeAll() {
    open.forEach(KademliaDiscovery::close);
    contexts.forEach(TestContext::close);
  }

  private KademliaDiscovery start(Map<String, List<String>> values)
      throws ShoalException, InterruptedException {
    return start("node" + open.size(), values);
  }

  private KademliaDiscovery start(String name, Map<String, List<String>> values)
      throws ShoalException, InterruptedException {
    return start(name, values, context -> context);
  }

  private KademliaDiscovery start(
      String name, Map<String, List<String>> values, UnaryOperator<TestContext> more)
      throws ShoalException, InterruptedException {
    Map<String, List<String>> all = new HashMap<>(values);
    all.putIfAbsent("listen", List.of("127.0.0.1:0"));
    KademliaDiscovery discovery = new KademliaDiscovery();
    open.add(discovery);
    TestContext context = more.apply(TestContext.in(folder.resolve(name)));
    for (Map.Entry<String, List<String>> value : all.entrySet()) {
      context = context.with(value.getKey(), String.join(",", value.getValue()));
    }
    contexts.add(context);
    discovery.start(context);
    assertEquals(Set.of(), context.testConfig().unknownKeys());
    return discovery;
  }

  private KademliaDiscovery joining(KademliaDiscovery first)
      throws ShoalException, InterruptedException {
    return start(Map.of("bootstrap", List.of(endpointOf(first))));
  }

  private KademliaDiscovery readOnlyJoining(KademliaDiscovery first)
      throws ShoalException, InterruptedException {
    return start(Map.of("bootstrap", List.of(endpointOf(first)), "readOnly", List.of("true")));
  }

  private static String endpointOf(KademliaDiscovery node) {
    return node.status().endpoint().orElseThrow().replace("0.0.0.0", "127.0.0.1");
  }

  private static Cid cid(int number) {
    byte[] digest = new byte[32];
    digest[0] = (byte) number;
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
  }

  private static List<PeerAddress> find(KademliaDiscovery node, Cid cid)
      throws ShoalException, InterruptedException {
    List<PeerAddress> found = Collections.synchronizedList(new ArrayList<>());
    node.findProviders(cid, Set.of("tcps"), provider -> found.add(provider.address()));
    return found;
  }

  private static void announce(KademliaDiscovery node, Cid cid, PeerAddress... endpoints)
      throws InterruptedException {
    node.reachableAt(List.of(endpoints));
    node.announce(cid);
  }

  private static void announceAtOthers(KademliaDiscovery node, Cid cid, PeerAddress... endpoints)
      throws Exception {
    announce(node, cid, endpoints);
    await(
        "others store it",
        () -> node.status().details().getOrDefault("announcing", "").startsWith("1 of 1 keys"));
  }

  private static void awaitFound(KademliaDiscovery node, Cid cid, String... uris) throws Exception {
    List<PeerAddress> expected = Stream.of(uris).map(PeerAddress::of).toList();
    await("the node knows others", () -> node.status().reachablePeers() > 0);
    await(expected + " are found", () -> find(node, cid).equals(expected));
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.call()) {
      assertTrue(System.nanoTime() < deadline, () -> "still waiting: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  @Test
  void whatOneNodeAnnouncesAnotherFinds() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);

    announce(second, cid(1), ENDPOINT);

    awaitFound(first, cid(1), "tcps://127.0.0.1:4600");
  }

  @Test
  void aReadOnlyNodeFindsNeighboursKeys() throws Exception {
    KademliaDiscovery first = start(Map.of("listen", List.of("0.0.0.0:0")));
    announce(first, cid(1), ENDPOINT);
    await("the first try fails", () -> first.status().failedKeys() == 1);
    assertEquals(Optional.of("no other DHT node is known"), first.status().lastFailure());

    KademliaDiscovery reader = readOnlyJoining(first);

    assertEquals(List.of(PeerAddress.of("tcps://127.0.0.1:4600")), find(reader, cid(1)));
    assertEquals(0, first.status().reachablePeers());
  }

  @Test
  void anIsolatedNodeAnnouncesOnceANodeComes() throws Exception {
    KademliaDiscovery first = start(Map.of());
    announce(first, cid(1), ENDPOINT);
    KademliaDiscovery second = joining(first);

    await(
        "the second node holds the announcement",
        () -> second.status().details().get("stored providers").equals("1"));
  }

  @Test
  void anIsolatedNodeSaysWhichLineToAdd() throws Exception {
    KademliaDiscovery alone = start(Map.of());
    RetryableException fault = assertThrows(RetryableException.class, () -> find(alone, cid(1)));
    assertTrue(fault.getMessage().contains("bootstrap: [HOST:PORT]"), fault.getMessage());
    assertTrue(alone.status().advice().getFirst().contains("--bootstrap"));
  }

  @Test
  void aNodeWithoutItsBootstrapNodeJoinsLater() throws Exception {
    int port;
    try (DatagramSocket reserved = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = reserved.getLocalPort();
    }
    KademliaDiscovery early = start(Map.of("bootstrap", List.of("127.0.0.1:" + port)));
    start(Map.of("listen", List.of("127.0.0.1:" + port)));
    await("the early node has joined", () -> early.status().reachablePeers() == 1);
  }

  @Test
  void aBootstrapNodeIsBlamedOnlyAfterItHadTimeToAnswer() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    await(
        "the second node has joined",
        () -> {
          assertEquals(List.of(), second.status().advice());
          return second.status().reachablePeers() == 1;
        });
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      KademliaDiscovery alone = start(Map.of("bootstrap", List.of(address)));
      await(
          "the silent node is named",
          () -> alone.status().advice().stream().anyMatch(line -> line.contains(address)));
    }
  }

  @Test
  void refusalsAreInCountersAndStatus() throws Exception {
    KademliaDiscovery node = start(Map.of());
    HostPort to = HostPort.parse(endpointOf(node)).orElseThrow();
    byte[] forged =
        new PacketWriter(Optional.empty())
            .write(
                new Packet.Reply(
                    Bytes.ofText("none"),
                    new NodeId(1, 2, 3),
                    Packet.Answer.EMPTY,
                    Optional.empty()));
    try (DatagramSocket stranger = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      stranger.send(
          new DatagramPacket(
              forged,
              forged.length,
              new InetSocketAddress(InetAddress.ofLiteral(to.host()), to.port())));
    }
    TestMetrics metrics = contexts.getLast().testMetrics();
    await("it is counted", () -> metrics.value("unasked_answers").orElse(0L) == 1);
    assertEquals("unaskedAnswers 1", node.status().details().get("refused"));
    assertEquals(Optional.of(0L), metrics.value("wrong_tokens"));
  }

  @Test
  void everyNodeOfASmallNetworkFindsEveryProvider() throws Exception {
    KademliaDiscovery first = start(Map.of());
    List<KademliaDiscovery> nodes = new ArrayList<>(List.of(first));
    for (int i = 1; i < 12; i++) {
      nodes.add(joining(first));
    }
    for (int i = 0; i < nodes.size(); i++) {
      PeerAddress own = PeerAddress.of("tcps://0.0.0.0:" + (5000 + i));
      announce(nodes.get(i), cid(7), own);
    }
    for (KademliaDiscovery node : nodes) {
      await("all other providers are found", () -> find(node, cid(7)).size() >= 11);
    }
  }

  @Test
  void aWithdrawnKeyIsNoLongerAnswered() throws Exception {
    KademliaDiscovery first = start(Map.of());
    announce(first, cid(1), ENDPOINT);
    first.withdraw(cid(1));
    KademliaDiscovery reader = readOnlyJoining(first);
    assertEquals(List.of(), find(reader, cid(1)));
    await("no key is announced", () -> first.status().announcedKeys() == 0);
  }

  @Test
  void schemesHaveKeysOfTheirOwn() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    announceAtOthers(second, cid(1), PeerAddress.of("tcp://0.0.0.0:4600"));
    assertEquals(List.of(), find(first, cid(1)));
  }

  @Test
  void nodesWithDifferentSecretsStayApart() throws Exception {
    KademliaDiscovery first = start(Map.of());
    Map<String, List<String>> values = Map.of("bootstrap", List.of(endpointOf(first)));
    byte[] secret = "correct horse battery".getBytes(StandardCharsets.US_ASCII);
    byte[] another = "horse battery correct".getBytes(StandardCharsets.US_ASCII);
    KademliaDiscovery insider = start("insider", values, c -> c.withSwarmSecret(secret));
    KademliaDiscovery other = start("other", values, c -> c.withSwarmSecret(secret));
    KademliaDiscovery outsider = start("outsider", values, c -> c.withSwarmSecret(another));
    announceAtOthers(insider, cid(1), ENDPOINT);
    assertEquals(List.of(), find(first, cid(1)));
    assertEquals(List.of(), find(outsider, cid(1)));
    assertEquals(List.of(PeerAddress.of("tcps://127.0.0.1:4600")), find(other, cid(1)));
  }

  @Test
  void anInexpressibleAddressIsNotAnnounced() throws Exception {
    KademliaDiscovery node = start(Map.of());
    PeerAddress path = PeerAddress.of("unix:///run/shoal.sock");
    PeerAddress named = PeerAddress.of("tcps://example.org:4600");

    announce(node, cid(1), path, named, ENDPOINT);

    assertEquals(2, node.status().inexpressibleEndpoints());
    await("one key is announced", () -> node.status().announcedKeys() == 1);
  }

  @Test
  void aSchemeThatIsNoLongerServedIsAnnouncedNoLonger() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    announce(second, cid(1), ENDPOINT, PeerAddress.of("tcp://0.0.0.0:4601"));
    await("both keys are announced", () -> second.status().announcedKeys() == 2);

    second.reachableAt(List.of(ENDPOINT));
    await("one key is left", () -> second.status().announcedKeys() == 1);

    second.reachableAt(List.of());
    await("no key is left", () -> second.status().announcedKeys() == 0);

    second.reachableAt(List.of(PeerAddress.of("tcps://0.0.0.0:4609")));
    await(
        "it is found at the new place",
        () -> find(first, cid(1)).contains(PeerAddress.of("tcps://127.0.0.1:4609")));
  }

  @Test
  void manyContentsAreTakenUpAtOnceAndWithdrawnAgain() throws Exception {
    KademliaDiscovery node = start(Map.of());
    node.reachableAt(List.of(ENDPOINT));
    for (int i = 0; i < 5_000; i++) {
      node.announce(manyth(i));
    }
    await("all are announced", () -> node.status().announcedKeys() == 5_000);
    node.reachableAt(List.of(PeerAddress.of("tcp://0.0.0.0:4600"), ENDPOINT));
    await("all are announced twice", () -> node.status().announcedKeys() == 10_000);
    for (int i = 0; i < 5_000; i++) {
      node.withdraw(manyth(i));
    }
    await("none is announced", () -> node.status().announcedKeys() == 0);
  }

  private static Cid manyth(int number) {
    byte[] digest = ByteBuffer.allocate(32).putInt(number).array();
    return Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, digest));
  }

  @Test
  void aBitTorrentSwarmIsFoundByItsInfoHash() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    Cid swarm = Cid.of(Cid.TORRENT_INFO, Multihash.of(Multihash.SHA1, new byte[20]));
    announce(second, swarm, PeerAddress.of("bt://0.0.0.0:6889"));

    await("the node knows others", () -> first.status().reachablePeers() > 0);
    List<PeerAddress> found = new ArrayList<>();
    await(
        "the peer is found",
        () -> {
          first.findProviders(swarm, Set.of("bt"), provider -> found.add(provider.address()));
          return !found.isEmpty();
        });

    assertEquals(PeerAddress.of("bt://127.0.0.1:6889"), found.getFirst());
    List<String> asked = new ArrayList<>();
    Inspection inspection = first.inspection().orElseThrow();
    inspection.ask("get-peers", List.of("00".repeat(20)), new Cells(asked));
    assertTrue(asked.contains("127.0.0.1:6889"), asked::toString);
  }

  private record Cells(List<String> all) implements Inspection.AnswerSink {
    @Override
    public void columns(List<String> names) {}

    @Override
    public void row(List<String> cells) {
      all.addAll(cells);
    }
  }

  @Test
  void theStatusNamesTheSocketsToMap() throws Exception {
    DiscoveryStatus status = start(Map.of()).status();
    Endpoint.Socket socket = status.sockets().getFirst();
    assertEquals(Endpoint.Protocol.UDP, socket.protocol());
    assertEquals(InetAddress.getLoopbackAddress(), socket.host());
    assertEquals(Optional.of("127.0.0.1:" + socket.port()), status.endpoint());
  }

  @Test
  void theSinkEndsTheSearch() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    announceAtOthers(second, cid(1), ENDPOINT, PeerAddress.of("tcps://0.0.0.0:4601"));
    List<PeerAddress> found = new ArrayList<>();
    first.findProviders(
        cid(1),
        Set.of("tcps"),
        provider -> {
          found.add(provider.address());
          return false;
        });
    assertEquals(1, found.size());
  }

  @Test
  void aRestartedNodeJoinsWithoutBootstrap() throws Exception {
    KademliaDiscovery first = start(Map.of());
    Map<String, List<String>> values = Map.of("bootstrap", List.of(endpointOf(first)));
    KademliaDiscovery second = start("same", values);
    await("the second node has joined", () -> second.status().reachablePeers() == 1);
    second.close();

    KademliaDiscovery again = start("same", Map.of());
    await("the restarted node has joined", () -> again.status().reachablePeers() == 1);
  }

  @Test
  void bothFamiliesAreSpokenWhereBothAreNamed() throws Exception {
    assumeTrue(hasIpv6(), "no IPv6 on this machine");
    KademliaDiscovery first = start(Map.of("listen", List.of("127.0.0.1:0", "[::1]:0")));
    String v6 = first.status().details().get("IPv6 listens at");
    KademliaDiscovery onlyV6 =
        start(Map.of("listen", List.of("[::1]:0"), "bootstrap", List.of(v6)));
    KademliaDiscovery onlyV4 = joining(first);
    await("both have joined", () -> first.status().reachablePeers() == 2);

    announce(first, cid(1), ENDPOINT);
    awaitFound(onlyV4, cid(1), "tcps://127.0.0.1:4600");
    awaitFound(onlyV6, cid(1), "tcps://[0:0:0:0:0:0:0:1]:4600");

    announce(onlyV6, cid(2), ENDPOINT);
    announce(onlyV4, cid(2), PeerAddress.of("tcps://0.0.0.0:4601"));
    await("both are found", () -> find(first, cid(2)).size() == 2);
  }

  @Test
  void byDefaultItListensOnAllInterfaces() throws Exception {
    assumeTrue(hasIpv6(), "no IPv6 on this machine");
    try (Sockets sockets = Sockets.openDefault(0)) {
      assertEquals(Set.of(Family.IPV4, Family.IPV6), sockets.local().keySet());
    }
  }

  private static boolean hasIpv6() {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("::1"))) {
      return socket.isBound();
    } catch (SocketException e) {
      return false;
    }
  }

  @Test
  void theSavedTableAloneIsEnoughToRejoin() throws Exception {
    KademliaDiscovery first = start(Map.of());
    List<KademliaDiscovery> others = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      others.add(joining(first));
    }
    KademliaDiscovery leaving = start("leaving", Map.of("bootstrap", List.of(endpointOf(first))));
    await("it knows the others", () -> leaving.status().reachablePeers() >= 4);
    leaving.close();
    // Not even its bootstrap node is there any more.
    first.close();
    announceAtOthers(others.getLast(), cid(3), ENDPOINT);

    KademliaDiscovery again = start("leaving", Map.of());
    assertEquals(List.of(PeerAddress.of("tcps://127.0.0.1:4600")), find(again, cid(3)));
  }

  @Test
  void aTakenPortIsAnErrorIfNamed() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String listen = "127.0.0.1:" + taken.getLocalPort();
      UserFaultException fault =
          assertThrows(UserFaultException.class, () -> start(Map.of("listen", List.of(listen))));
      assertTrue(
          fault.getMessage().contains("plugins.plugin-under-test.listen")
              && fault.getMessage().contains(listen),
          fault.getMessage());
    }
  }

  @Test
  void wrongSettingsAreNamed() {
    for (String listen : List.of("6881", "a:b", "127.0.0.1:65536", "::1:6881")) {
      UserFaultException fault =
          assertThrows(UserFaultException.class, () -> start(Map.of("listen", List.of(listen))));
      assertTrue(fault.getMessage().contains(listen), fault.getMessage());
    }
  }

  @Test
  void closingEndsABlockedSearch() throws Exception {
    int silent;
    try (DatagramSocket silentSocket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      silent = silentSocket.getLocalPort();
      KademliaDiscovery node = start(Map.of("bootstrap", List.of("127.0.0.1:" + silent)));
      Future<List<PeerAddress>> search = threads.submit(() -> find(node, cid(1)));
      node.close();
      assertThrows(ExecutionException.class, () -> search.get(10, TimeUnit.SECONDS));
    }
  }

  private static SignedRecord record(SigningKey key, String name, long sequence, String value) {
    Item.Mutable item = key.item(name, sequence, value);
    return new SignedRecord(
        item.key().toArray(), name, sequence, item.value().toArray(), item.signature().toArray());
  }

  private static SignedRecords records(KademliaDiscovery node) {
    return node.signedRecords().orElseThrow();
  }

  @Test
  void theNewestRecordIsResolvedElsewhere() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    KademliaDiscovery third = joining(first);
    SigningKey key = SigningKey.of(1);
    assertTrue(records(second).publish(record(key, "name", 1, "3:old")) > 0);
    assertTrue(records(second).publish(record(key, "name", 2, "3:new"), 1) > 0);
    SignedRecords.Resolution found = records(third).resolve(key.publicKey().toArray(), "name");
    assertEquals(2, found.record().orElseThrow().sequence());
    assertEquals("3:new", Bytes.of(found.record().orElseThrow().value()).text());
    assertTrue(found.answered() > 0);
    assertTrue(found.holders() > 0);
    assertEquals(
        Optional.empty(), records(third).resolve(key.publicKey().toArray(), "other").record());
  }

  @Test
  void aLatePublicationIsAConflict() throws Exception {
    KademliaDiscovery first = start(Map.of());
    KademliaDiscovery second = joining(first);
    SigningKey key = SigningKey.of(1);
    records(second).publish(record(key, "name", 5, "4:five"));
    for (SignedRecord late :
        List.of(record(key, "name", 4, "4:four"), record(key, "name", 5, "4:FIVE"))) {
      UserFaultException refused =
          assertThrows(UserFaultException.class, () -> records(second).publish(late));
      assertTrue(refused.getMessage().contains("sequence number 5"), refused::getMessage);
    }
    assertThrows(
        UserFaultException.class,
        () -> records(second).publish(record(key, "name", 7, "5:seven"), 6));
  }

  @Test
  void anInvalidRecordIsRefusedWithoutAnyQuery() throws Exception {
    KademliaDiscovery alone = start(Map.of());
    SigningKey key = SigningKey.of(1);
    SignedRecord valid = record(key, "name", 5, "4:five");
    for (SignedRecord invalid :
        List.of(
            record(key, "n".repeat(65), 5, "4:five"),
            record(key, "name", 5, "997:" + "x".repeat(997)),
            record(key, "name", 5, "five"),
            record(key, "name", -1, "4:five"),
            new SignedRecord(new byte[31], "name", 5, valid.value(), valid.signature()),
            new SignedRecord(valid.publicKey(), "name", 5, valid.value(), new byte[63]),
            new SignedRecord(valid.publicKey(), "other", 5, valid.value(), valid.signature()))) {
      assertThrows(UserFaultException.class, () -> records(alone).publish(invalid));
    }
    assertThrows(RetryableException.class, () -> records(alone).publish(valid));
    assertThrows(RetryableException.class, () -> records(alone).resolve(valid.publicKey(), "name"));
  }

  @Test
  void recordsCanBeTurnedOff() throws Exception {
    assertEquals(
        Optional.empty(), start(Map.of("signedRecords", List.of("false"))).signedRecords());
  }
}
