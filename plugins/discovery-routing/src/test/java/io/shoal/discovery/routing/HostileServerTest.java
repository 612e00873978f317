package io.shoal.discovery.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.shoal.api.Cid;
import io.shoal.api.Provider;
import io.shoal.api.RetryableException;
import io.shoal.api.UserFaultException;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Servers that answer as none should, and headers that say when to ask again.
@Timeout(60)
class HostileServerTest {
  private static final Cid CID = TestData.cid(TestData.bytes(1, 100));
  private static final String PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

  @TempDir Path folder;

  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger requests = new AtomicInteger();
  private final List<RoutingDiscovery> started = new ArrayList<>();
  private final List<TestContext> contexts = new ArrayList<>();
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void end() {
    over.countDown();
    started.forEach(RoutingDiscovery::close);
    contexts.forEach(TestContext::close);
    server.stop(0);
  }

  private RoutingDiscovery asking(String key, HttpHandler handler) throws Exception {
    server.createContext(
        "/routing/v1/providers/",
        exchange -> {
          requests.incrementAndGet();
          handler.handle(exchange);
        });
    TestContext context =
        TestContext.in(folder)
            .with(key, "http://127.0.0.1:" + server.getAddress().getPort())
            .with("timeout", "2s");
    contexts.add(context);
    RoutingDiscovery discovery = new RoutingDiscovery();
    started.add(discovery);
    discovery.start(context);
    return discovery;
  }

  private static List<Provider> found(RoutingDiscovery discovery) throws Exception {
    List<Provider> found = new ArrayList<>();
    discovery.findProviders(CID, Set.of("tcps", "http", "https"), found::add);
    return found;
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static String record(String address) {
    return "{\"Schema\":\"peer\",\"ID\":\"%s\",\"Addrs\":[],\"Protocols\":[\"transport-shoal\"],\"transport-shoal\":[\"%s\"]}"
        .formatted(PEER, address);
  }

  private static List<String> uris(List<Provider> found) {
    return found.stream().map(provider -> provider.address().uri()).toList();
  }

  @Test
  void anEndlessStreamEndsAtTheLimitOfRecords() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", RoutingClient.STREAM);
              exchange.sendResponseHeaders(200, 0);
              try (exchange;
                  OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < 100_000; i++) {
                  String host = "127.%d.%d.1:5000".formatted(1 + i / 256 % 200, i % 256);
                  out.write((record("tcps://" + host) + "\n").getBytes(StandardCharsets.UTF_8));
                }
              }
            });
    assertEquals(RecordReader.MAX_RECORDS, found(discovery).size());
  }

  @Test
  void aListThatIsTooLargeIsAFailure() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange ->
                answer(
                    exchange,
                    200,
                    RoutingClient.LIST,
                    "{\"Providers\":[" + " ".repeat(RecordReader.MAX_LIST_BYTES) + "]}"));
    RetryableException failure = assertThrows(RetryableException.class, () -> found(discovery));
    assertTrue(String.valueOf(failure.getMessage()).contains("more than"), failure::toString);
  }

  @Test
  void whatASlowServerHasSaidCounts() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", RoutingClient.STREAM);
              exchange.sendResponseHeaders(200, 0);
              try (exchange;
                  OutputStream out = exchange.getResponseBody()) {
                out.write(
                    (record("tcps://127.0.0.9:5000") + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                over.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertEquals(List.of("tcps://127.0.0.9:5000"), uris(found(discovery)));
    assertEquals(0, discovery.status().reachablePeers());
  }

  @Test
  void aPageForPeopleIsNoAnswer() throws Exception {
    RoutingDiscovery discovery =
        asking("endpoints", exchange -> answer(exchange, 200, "text/html", "<html>"));
    RetryableException failure = assertThrows(RetryableException.class, () -> found(discovery));
    assertTrue(String.valueOf(failure.getMessage()).contains("text/html"), failure::toString);
  }

  @Test
  void wrongTypesAndForeignSchemasAreLeftOut() throws Exception {
    String body =
        "{\"Providers\":[7,null,{\"Schema\":\"bitswap\",\"ID\":\"x\"},{\"Schema\":\"peer\",\"ID\":5},"
            + "{\"Schema\":\"peer\",\"ID\":\""
            + PEER
            + "\",\"Addrs\":\"none\",\"Protocols\":{},\"transport-shoal\":[[],\"no address\"]},"
            + "{\"Schema\":\"peer\",\"ID\":\""
            + PEER
            + "\",\"Addrs\":[\"/ip4/127.0.0.1/udp/4001/quic-v1\",\"/ip4/127.0.0.1/tcp/8080/http\"],"
            + "\"Protocols\":[\"transport-ipfs-gateway-http\"]}]}";
    RoutingDiscovery discovery =
        asking("endpoints", exchange -> answer(exchange, 200, RoutingClient.LIST, body));
    assertEquals(List.of("http://127.0.0.1:8080"), uris(found(discovery)));
  }

  @Test
  void retryAfterIsKeptAndTheServerNotAsked() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Retry-After", "600");
              answer(exchange, 429, "text/plain", "slower");
            });
    assertThrows(RetryableException.class, () -> found(discovery));
    RetryableException second = assertThrows(RetryableException.class, () -> found(discovery));
    assertEquals(1, requests.get());
    assertTrue(String.valueOf(second.getMessage()).contains("left alone"), second::toString);
  }

  @Test
  void aRefusalIsForTheUserToAct() throws Exception {
    RoutingDiscovery discovery =
        asking("endpoints", exchange -> answer(exchange, 401, "text/plain", "no"));
    assertThrows(UserFaultException.class, () -> found(discovery));
  }

  @Test
  void aFreshAnswerIsNotAskedForAgain() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Cache-Control", "public, max-age=300");
              answer(exchange, 200, RoutingClient.STREAM, record("tcps://127.0.0.1:5000"));
            });
    assertEquals(found(discovery), found(discovery));
    assertEquals(1, requests.get());
  }

  @Test
  void aStaleAnswerIsUsedInsteadOfAnError() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Cache-Control", "max-age=0, stale-if-error=600");
              boolean first = requests.get() == 1;
              answer(
                  exchange,
                  first ? 200 : 503,
                  RoutingClient.STREAM,
                  record("tcps://127.0.0.1:5000"));
            });
    assertEquals(found(discovery), found(discovery));
    assertEquals(2, requests.get());
  }

  @Test
  void onlyATrustedServerCountsAsTheOperator() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "trusted",
            exchange ->
                answer(exchange, 200, RoutingClient.STREAM, record("tcps://192.168.1.7:443")));
    assertEquals(Provider.Source.OPERATOR, found(discovery).getFirst().source());
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    RoutingDiscovery discovery =
        asking(
            "endpoints",
            exchange -> {
              exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/");
              answer(exchange, 302, "text/plain", "");
            });
    assertThrows(RetryableException.class, () -> found(discovery));
  }
}
