package io.shoal.discovery.kademlia;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.Cid;
import io.shoal.api.Inspection;
import io.shoal.api.InvalidInputException;
import io.shoal.api.Multihash;
import io.shoal.api.PeerAddress;
import io.shoal.api.RetryableException;
import io.shoal.api.ShoalException;
import io.shoal.discovery.kademlia.krpc.NodeId;
import io.shoal.testkit.Await;
import io.shoal.testkit.TestContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `shoal dht` shows, on five real nodes on loopback.
@Timeout(60)
class DhtInspectionTest {
  private static final Cid CONTENT =
      Cid.of(Cid.RAW, Multihash.of(Multihash.SHA2_256, new byte[32]));
  private static final PeerAddress ENDPOINT = PeerAddress.of("tcps://127.0.0.1:4600");

  @TempDir private Path folder;
  private final List<KademliaDiscovery> nodes = new ArrayList<>();
  private final List<TestContext> contexts = new ArrayList<>();

  @BeforeEach
  void startFive() throws Exception {
    KademliaDiscovery first = start("");
    for (int i = 1; i < 5; i++) {
      start(endpoint(first));
    }
    nodes.getLast().reachableAt(List.of(ENDPOINT));
    nodes.getLast().announce(CONTENT);
    Await.until(
        "others store it",
        () ->
            nodes.getLast().status().details().getOrDefault("announcing", "").startsWith("1 of 1"));
  }

  @AfterEach
  void closeAll() {
    nodes.forEach(KademliaDiscovery::close);
    contexts.forEach(TestContext::close);
  }

  private KademliaDiscovery start(String bootstrap) throws Exception {
    KademliaDiscovery discovery = new KademliaDiscovery();
    TestContext context =
        TestContext.in(folder.resolve("node" + nodes.size())).with("listen", "127.0.0.1:0");
    contexts.add(bootstrap.isEmpty() ? context : context.with("bootstrap", bootstrap));
    nodes.add(discovery);
    discovery.start(contexts.getLast());
    return discovery;
  }

  private static String endpoint(KademliaDiscovery node) {
    return node.status().endpoint().orElseThrow();
  }

  /// Rows with the names of their columns.
  private static List<Map<String, String>> ask(
      KademliaDiscovery node, String question, String... arguments)
      throws ShoalException, InterruptedException {
    List<Map<String, String>> rows = new ArrayList<>();
    node.inspection()
        .orElseThrow()
        .ask(
            question,
            List.of(arguments),
            new Inspection.AnswerSink() {
              private List<String> columns = List.of();

              @Override
              public void columns(List<String> names) {
                columns = names;
              }

              @Override
              public void row(List<String> cells) {
                assertEquals(columns.size(), cells.size());
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 0; i < cells.size(); i++) {
                  row.put(columns.get(i), cells.get(i));
                }
                rows.add(row);
              }
            });
    return rows;
  }

  private static List<String> column(List<Map<String, String>> rows, String name) {
    return rows.stream().filter(row -> row.containsKey(name)).map(row -> row.get(name)).toList();
  }

  @Test
  void theTableShowsEveryKnownNode() throws Exception {
    List<Map<String, String>> rows = ask(nodes.getLast(), "table");

    assertTrue(column(rows, "node").contains(endpoint(nodes.getFirst())), rows::toString);
    assertTrue(column(rows, "state").contains("good"), rows::toString);
  }

  @Test
  void aLookupShowsStepsAndClosestNodes() throws Exception {
    List<Map<String, String>> rows =
        ask(nodes.getFirst(), "lookup", "shoal:" + CONTENT + "?name=a.txt");

    assertTrue(column(rows, "outcome").contains("answered"), rows::toString);
    assertTrue(column(rows, "peers").contains("1"), rows::toString);
    assertTrue(column(rows, "closest").contains("1"), rows::toString);
    assertTrue(column(rows, "token").contains("yes"), rows::toString);
  }

  @Test
  void aContentsKeyDependsOnTheScheme() throws Exception {
    List<Map<String, String>> rows = ask(nodes.getFirst(), "lookup", CONTENT.toString(), "tcp");

    assertTrue(column(rows, "peers").stream().allMatch("0"::equals), rows::toString);
  }

  @Test
  void announcersOfAnInfohashAreFound() throws Exception {
    String infohash = "ab".repeat(20);
    NodeId key = NodeId.of(HexFormat.of().parseHex(infohash), 0);
    String digest = new ProviderKey(Optional.empty()).of(CONTENT, "tcps").toString();

    List<Map<String, String>> found = ask(nodes.getFirst(), "get-peers", digest);
    List<Map<String, String>> cut = ask(nodes.getFirst(), "get-peers", digest + "00".repeat(12));

    assertEquals(List.of("127.0.0.1:4600"), column(found, "peer"));
    assertEquals(column(found, "peer"), column(cut, "peer"));
    assertEquals(List.of(), ask(nodes.getFirst(), "get-peers", key.toString()));
  }

  @Test
  void aNodeThatIsThereAnswersAPing() throws Exception {
    List<Map<String, String>> rows = ask(nodes.getFirst(), "ping", endpoint(nodes.getLast()));

    assertEquals(List.of(endpoint(nodes.getLast())), column(rows, "node"));
    assertEquals(List.of(endpoint(nodes.getFirst())), column(rows, "seesUsAs"));
  }

  @Test
  void aNodeThatIsGoneDoesNot() {
    String gone = endpoint(nodes.getLast());
    nodes.getLast().close();

    var fault = assertThrows(RetryableException.class, () -> ask(nodes.getFirst(), "ping", gone));

    assertTrue(fault.getMessage().startsWith(gone + " does not answer"), fault.getMessage());
  }

  @Test
  void theCountersTellWhatWasDone() throws Exception {
    Map<String, String> counters = new LinkedHashMap<>();
    ask(nodes.getFirst(), "counters")
        .forEach(row -> counters.put(row.get("counter"), row.get("value")));

    assertEquals(endpoint(nodes.getFirst()), counters.get("listens"));
    assertTrue(Long.parseLong(counters.get("receivedQueries.get_peers")) > 0, counters::toString);
    assertTrue(Long.parseLong(counters.get("sentPackets")) > 0, counters::toString);
    assertTrue(
        counters.keySet().containsAll(List.of("overSource", "wrongTokens", "unaskedAnswers")),
        counters::toString);
  }

  @Test
  void aTextIsStoredUnderItsHash() throws Exception {
    String target = column(ask(nodes.getFirst(), "put", "löwe"), "target").getFirst();

    List<Map<String, String>> found = ask(nodes.getLast(), "get", target);

    assertEquals(List.of("löwe"), column(found, "text"));
    assertEquals(List.of("353a6cc3b67765"), column(found, "value"));
    assertEquals(List.of(), ask(nodes.getLast(), "get", "00".repeat(20)));
  }

  @Test
  void theNewestSignedItemIsFound() throws Exception {
    // The first two examples of BEP 44.
    String key = "77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548";
    String value = "31323a48656c6c6f20576f726c6421";
    String signature =
        "6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17d"
            + "df9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08";

    ask(nodes.getFirst(), "put-signed", key, "foobar", "1", value, signature);

    assertEquals(
        List.of("Hello World!"), column(ask(nodes.getLast(), "get", key, "foobar"), "text"));
    assertEquals(List.of(), ask(nodes.getLast(), "get", key));
    assertThrows(
        InvalidInputException.class,
        () -> ask(nodes.getFirst(), "put-signed", key, "foobar", "2", value, signature));
  }

  @Test
  void aTypingErrorIsRefusedWithACure() {
    KademliaDiscovery node = nodes.getFirst();
    for (List<String> words :
        List.of(
            List.of("nonsense"),
            List.of("table", "7"),
            List.of("lookup"),
            List.of("lookup", "xyz"),
            List.of("lookup", CONTENT.toString(), "tcps", "more"),
            List.of("ping", "somewhere"),
            List.of("ping", "127.0.0.1:0"),
            List.of("get-peers", "ab"),
            List.of("get", "ab"),
            List.of("get", "zz".repeat(20)),
            List.of("get", "ab".repeat(32), "s".repeat(65)),
            List.of("put"),
            List.of("put", "x".repeat(1000)),
            List.of("put-signed", "ab".repeat(32), "s", "-1", "313a61", "ab".repeat(64)))) {
      assertThrows(
          InvalidInputException.class,
          () -> ask(node, words.getFirst(), words.subList(1, words.size()).toArray(String[]::new)),
          words::toString);
    }
  }

  @Test
  void anIsolatedNodeSaysWhatToDo() throws Exception {
    KademliaDiscovery alone = start("");

    var fault = assertThrows(RetryableException.class, () -> ask(alone, "lookup", "ab".repeat(20)));

    assertTrue(fault.getMessage().contains("--bootstrap"), fault.getMessage());
    assertEquals(List.of(), ask(alone, "table"));
  }
}
