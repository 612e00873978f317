package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.Inspection;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.RefusedException;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpInspectionTest {
  private static final byte[] BYTES = TestData.bytes(62, 70_000);
  private static final Cid CID = TestData.cid(BYTES);

  private static List<List<String>> rows(TestGateway node, String question) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    node.transport
        .inspection()
        .orElseThrow()
        .ask(
            question,
            List.of(),
            new Inspection.AnswerSink() {
              @Override
              public void columns(List<String> names) {}

              @Override
              public void row(List<String> cells) {
                rows.add(cells);
              }
            });
    return rows;
  }

  @Test
  void theFiguresOfAGatewayAreShown(@TempDir Path folder) throws Exception {
    try (TestGateway gateway = new TestGateway(folder.resolve("gateway"), Map.of());
        TestGateway node = new TestGateway(folder.resolve("node"), Map.of())) {
      String address = gateway.uri("").toString();
      assertEquals(List.of(), rows(node, "gateways"));
      try (PeerConnection dialled = node.transport.connect(PeerAddress.of(address), node.chunks)) {
        awaitRow(List.of(address, "0", "0", "0", "0", "0", "0"), node);
        gateway.chunks.put(CID, BYTES);
        try (ChunkBody body = dialled.fetch(ChunkRequest.of(CID))) {
          ByteBuffer into = ByteBuffer.allocate(body.awaitSize() + 1);
          while (body.read(into) > 0) {
            // more
          }
        }
        try (ChunkBody body = dialled.fetch(ChunkRequest.of(TestData.cid(new byte[] {1})))) {
          assertThrows(RefusedException.class, body::awaitSize);
        }
        awaitRow(List.of(address, "0", "0", "2", "1", "0", "70000"), node);
      }
    }
  }

  /// A request counts as running for a moment after its last byte was read.
  private static void awaitRow(List<String> expected, TestGateway node) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!rows(node, "gateways").equals(List.of(expected)) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(expected), rows(node, "gateways"));
  }

  @Test
  void theFiguresOfClientsAreShown(@TempDir Path folder) throws Exception {
    try (TestGateway gateway = new TestGateway(folder, Map.of())) {
      assertEquals(List.of(), rows(gateway, "clients"));
      gateway.chunks.put(CID, BYTES);
      assertEquals(200, gateway.get("/ipfs/" + CID + "?format=raw").statusCode());
      int refusal = gateway.get("/ipfs/none?format=raw").body().length;
      long requests = 0;
      long refused = 0;
      long sentBytes = 0;
      // The second request may have gone over another connection.
      for (List<String> client : rows(gateway, "clients")) {
        assertTrue(client.getFirst().startsWith("http://127.0.0.1:"), client::toString);
        requests += Long.parseLong(client.get(1));
        refused += Long.parseLong(client.get(2));
        sentBytes += Long.parseLong(client.get(3));
      }
      assertEquals(2, requests);
      assertEquals(1, refused);
      assertEquals(BYTES.length + refusal, sentBytes);
    }
  }
}
