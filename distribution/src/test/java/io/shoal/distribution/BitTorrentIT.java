package io.shoal.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.distribution.ShoalProcess.Result;
import io.shoal.distribution.TorrentClient.Aria2;
import io.shoal.distribution.TorrentClient.Kind;
import io.shoal.distribution.TorrentClient.Libtorrent;
import io.shoal.distribution.TorrentClient.Transmission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Thirteen packaged nodes and three BitTorrent clients in a network of their own, in which the
/// clients cannot exchange a datagram: they know each other through a Shoal node alone.
///
/// The steps share the network, since Transmission alone takes half a minute until it looks for
/// anybody.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BitTorrentIT {

  /// Transmission searches only once it knows nine nodes, and four that answered.
  private static final int NODES = 13;

  private static final int FILE_BYTES = 200_000;

  /// Between two rounds of questions to all nodes.
  private static final int PAUSE_MILLIS = 5_000;

  /// The example key of BEP 44, in the expanded form that libtorrent takes.
  private static final String BEP_44_KEY =
      "77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548";

  private static final String BEP_44_SECRET =
      "e06d3183d14159228433ed599221b80bd0a5ce8352e4bdf0262f76786ef1c74d"
          + "b7e7a9fea2c0eb269d61e3b38e450a22e754941ac78479d6c54e1faf6037881d";

  @TempDir static Path folder;

  private final List<Member> members = new ArrayList<>();
  private final Map<Kind, TorrentClient> clients = new EnumMap<>(Kind.class);
  private final List<Pair> pairs = new ArrayList<>();
  private PrivateNetwork network;

  /// A Shoal node.
  private record Member(String address, Path data, ShoalProcess process) {}

  /// A torrent that one client has and one other wants.
  private record Pair(Kind from, Kind to, Torrent torrent) {
    static String name(Kind from, Kind to) {
      return "from-%s-to-%s".formatted(from, to).toLowerCase(Locale.ROOT);
    }

    boolean isDone() {
      try {
        Path copy = files(to).resolve(torrent.name());
        return Files.exists(copy)
            && Files.mismatch(files(from).resolve(torrent.name()), copy) == -1;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Path files(Kind kind) {
    return folder.resolve(kind.name()).resolve("files");
  }

  @BeforeAll
  void startAll() throws Exception {
    DebianPackages.require(Kind.values());
    List<String> apart = Stream.of(Kind.values()).map(kind -> kind.address).toList();
    List<String> addresses = new ArrayList<>(apart);
    IntStream.rangeClosed(1, NODES + 1).forEach(i -> addresses.add(address(i)));
    try {
      network = PrivateNetwork.open(folder.resolve("network"), addresses, apart);
    } catch (IOException e) {
      skip("no network namespace can be made here: " + e.getMessage());
    }
    startMembers();
    makeTorrents();
    startClients();
  }

  static void skip(String why) {
    System.err.println("INTEROPERATION WITH BITTORRENT CLIENTS IS NOT TESTED: " + why);
    Assumptions.abort("not tested: " + why);
  }

  private static String address(int number) {
    return "10.99.0." + number;
  }

  private void startMembers() throws Exception {
    for (int i = 1; i <= NODES; i++) {
      Path data = folder.resolve("node-" + i);
      List<String> command = new ArrayList<>();
      command.addAll(
          List.of(
              ShoalProcess.PACKAGE.resolve("bin/shoal").toString(),
              "serve",
              "--data",
              data.toString(),
              "--dht",
              address(i) + ":6881",
              "--listen",
              address(i) + ":4600"));
      if (i > 1) {
        command.addAll(List.of("--bootstrap", address(1) + ":6881"));
      }
      // They have little to do, and start all at once.
      Map<String, String> small = Map.of("SHOAL_JVM_OPTIONS", "-Xmx48m -XX:TieredStopAtLevel=1");
      members.add(new Member(address(i), data, network.start(home(i), small, command)));
    }
    for (Member member : members) {
      ShoalProcess.await(
          "a node that is ready",
          () -> member.process.out().endsWith("\n") || member.process.ended());
      assertTrue(member.process.out().startsWith("ready "), () -> member.process.err());
    }
  }

  private static Path home(int number) {
    return folder.resolve("home-" + number);
  }

  private void makeTorrents() throws Exception {
    for (Kind from : Kind.values()) {
      Files.createDirectories(files(from));
      for (Kind to : Kind.values()) {
        if (from != to) {
          Path content = files(from).resolve(Pair.name(from, to));
          Trees.file(content, FILE_BYTES, pairs.size());
          pairs.add(new Pair(from, to, Torrent.of(content, folder)));
        }
      }
    }
  }

  private List<Torrent> torrentsOf(Kind kind) {
    return pairs.stream()
        .filter(pair -> pair.from == kind || pair.to == kind)
        .map(Pair::torrent)
        .toList();
  }

  /// Each starts from one node, and no two from the same.
  private void startClients() throws IOException {
    for (Kind kind : Kind.values()) {
      clients.put(kind, client(kind));
    }
  }

  private TorrentClient client(Kind kind) throws IOException {
    Path home = folder.resolve(kind.name());
    String node = bootstrapOf(kind);
    List<Torrent> torrents = torrentsOf(kind);
    return switch (kind) {
      case LIBTORRENT -> new Libtorrent(network, home, node, files(kind), torrents);
      case TRANSMISSION -> new Transmission(network, home, node, files(kind), torrents);
      case ARIA2 -> new Aria2(network, home, node, files(kind), torrents);
    };
  }

  private Libtorrent libtorrent() {
    return (Libtorrent) clients.get(Kind.LIBTORRENT);
  }

  private static String bootstrapOf(Kind kind) {
    return switch (kind) {
      case LIBTORRENT -> address(2);
      case TRANSMISSION -> address(6);
      case ARIA2 -> address(10);
    };
  }

  @AfterAll
  void endAll() throws InterruptedException {
    clients.values().forEach(TorrentClient::close);
    members.forEach(member -> member.process.close());
    if (network != null) {
      network.close();
    }
  }

  /// Asks a node as a user does.
  private List<JsonNode> dht(Member member, String... question) throws Exception {
    return rows(run(member.data, question).done());
  }

  private Result run(Path data, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(ShoalProcess.PACKAGE.resolve("bin/shoal").toString(), "dht"));
    command.addAll(List.of(words));
    command.addAll(List.of("--json", "--data", data.toString()));
    try (ShoalProcess process = network.start(folder.resolve("home"), Map.of(), command)) {
      return process.await();
    }
  }

  private static List<JsonNode> rows(Result result) {
    return result.out().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  private static Set<String> column(List<JsonNode> rows, String name) {
    return rows.stream()
        .filter(row -> row.has(name))
        .map(row -> row.get(name).asString())
        .collect(Collectors.toSet());
  }

  @Test
  @Order(1)
  void eachClientJoinsThroughOneShoalNodeAlone() throws Exception {
    Map<Kind, Set<String>> knownTo = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      knownTo.put(kind, new HashSet<>());
    }
    long end = System.nanoTime() + ShoalProcess.PATIENCE.toNanos();
    while (knownTo.values().stream().anyMatch(nodes -> nodes.size() < 2)) {
      assertTrue(System.nanoTime() < end, () -> knownTo + logs());
      for (Member member : members) {
        Set<String> table = column(dht(member, "table"), "node");
        for (Kind kind : Kind.values()) {
          // A node enters a table once it answered: so other nodes named this one to it.
          if (table.contains(kind.dhtEndpoint()) && !member.address.equals(bootstrapOf(kind))) {
            knownTo.get(kind).add(member.address);
          }
        }
        if (knownTo.values().stream().allMatch(nodes -> nodes.size() >= 2)) {
          break;
        }
      }
      // Each question is a process, and the clients need most of a minute.
      Thread.sleep(PAUSE_MILLIS);
    }
    assertTrue(libtorrent().ask("status").get("nodes").asInt() > 1);
  }

  @Test
  @Order(2)
  void whatOneClientAnnouncedEachOtherFindsThroughShoalNodes() throws Exception {
    long end = System.nanoTime() + ShoalProcess.PATIENCE.toNanos();
    List<Pair> open = new ArrayList<>(pairs);
    while (!open.isEmpty()) {
      assertTrue(System.nanoTime() < end, () -> open + logs());
      for (TorrentClient client : clients.values()) {
        client.announceAgain();
      }
      TimeUnit.SECONDS.sleep(1);
      for (Pair pair : pairs) {
        // A copy alone does not show which client found the other.
        if (pair.isDone() && clients.get(pair.to).learnedPeersOf(pair.torrent.name())) {
          open.remove(pair);
        }
      }
    }
  }

  @Test
  @Order(3)
  void shoalFindsWhoAnnounced() throws Exception {
    for (Pair pair : pairs) {
      awaitPeer(pair.from, pair.torrent.infohash());
    }
  }

  /// A client may have got or given its copy before it announced: Transmission lets half a minute
  /// go by until its first announcement, in which others announce and are found by it.
  private void awaitPeer(Kind kind, String infohash) throws Exception {
    long end = System.nanoTime() + ShoalProcess.PATIENCE.toNanos();
    while (true) {
      clients.get(kind).announceAgain();
      // Exit code 3 as long as no provider is found.
      Set<String> peers = column(rows(run(members.getLast().data, "get-peers", infohash)), "peer");
      if (peers.contains(kind.peerEndpoint())) {
        return;
      }
      assertTrue(System.nanoTime() < end, kind + " did not announce " + infohash + ": " + peers);
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  @Test
  @Order(4)
  void aCommandWithoutANodeFindsWhoAnnouncedAsAReadOnlyMember() throws Exception {
    Pair pair = pairs.getFirst();

    Result result =
        run(
            folder.resolve("visitor"),
            "get-peers",
            pair.torrent.infohash(),
            "--dht",
            address(NODES + 1) + ":0",
            "--bootstrap",
            address(1) + ":6881");

    Set<String> peers = column(rows(result.done()), "peer");
    assertTrue(peers.contains(pair.from.peerEndpoint()), peers::toString);
  }

  @Test
  @Order(4)
  void anInfohashOfVersionTwoIsFoundByItsFullLength() throws Exception {
    Path files = files(Kind.LIBTORRENT);
    Trees.file(files.resolve("version-2"), FILE_BYTES, 77);
    Path torrent = folder.resolve("version-2.torrent");
    libtorrent().ask("make_v2", files.toString(), "version-2", torrent.toString());
    String infohash =
        libtorrent().ask("torrent", torrent.toString(), files.toString()).get("v2").asString();
    assertEquals(64, infohash.length());
    awaitPeer(Kind.LIBTORRENT, infohash);
  }

  @Test
  @Order(5)
  void whatLibtorrentStoredShoalReads() throws Exception {
    JsonNode stored = libtorrent().ask("put", "from libtorrent");
    assertTrue(stored.get("stored").asInt() > 0, stored::toString);
    String target = stored.get("target").asString();
    JsonNode signed =
        libtorrent()
            .ask("put_signed", BEP_44_SECRET, BEP_44_KEY, "its salt", "signed by libtorrent");
    assertTrue(signed.get("stored").asInt() > 0, signed::toString);

    List<JsonNode> immutable = dht(members.getFirst(), "get", target);
    List<JsonNode> mutable = dht(members.getLast(), "get", BEP_44_KEY, "its salt");

    assertEquals(Set.of("from libtorrent"), column(immutable, "text"));
    assertEquals(Set.of("signed by libtorrent"), column(mutable, "text"));
    assertEquals(Set.of("1"), column(mutable, "sequence"));
  }

  @Test
  @Order(6)
  void whatShoalStoredLibtorrentReads() throws Exception {
    KeyPair owner = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String key = hex(lastBytes(owner.getPublic().getEncoded(), 32));
    byte[] value = "15:signed by Shoal".getBytes(StandardCharsets.US_ASCII);

    List<JsonNode> stored = dht(members.getFirst(), "put", "from Shoal");
    dht(
        members.getLast(),
        "put-signed",
        key,
        "our salt",
        "7",
        hex(value),
        hex(signature(owner.getPrivate(), "4:salt8:our salt3:seqi7e1:v15:signed by Shoal")));

    String target = stored.getFirst().get("target").asString();
    assertEquals("from Shoal", libtorrent().ask("get", target).get("item").asString());
    JsonNode signed = libtorrent().ask("get_signed", key, "our salt");
    assertEquals("signed by Shoal", signed.get("item").asString());
    assertEquals(7, signed.get("sequence").asInt());
  }

  private static byte[] signature(PrivateKey key, String text) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.US_ASCII));
    return signature.sign();
  }

  /// A public key's bytes stand at the end of its usual encoding.
  private static byte[] lastBytes(byte[] bytes, int count) {
    return Arrays.copyOfRange(bytes, bytes.length - count, bytes.length);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private String logs() {
    return clients.entrySet().stream()
        .map(client -> "\n" + client.getKey() + ":\n" + lastLines(client.getValue().log()))
        .collect(Collectors.joining());
  }

  private static String lastLines(String log) {
    List<String> lines = log.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }
}
