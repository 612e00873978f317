package io.shoal.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.PeerConnection;
import io.shoal.api.Refusal;
import io.shoal.api.RefusedException;
import io.shoal.api.Transport;
import io.shoal.testkit.TestContext;
import io.shoal.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two nodes over TLS; the whole contract runs over it with `-Pfull`.
class HttpsTest {
  private static final byte[] BYTES = TestData.bytes(61, 300_000);
  private static final Cid CID = TestData.cid(BYTES);

  @TempDir private static Path certificates;
  private static WebCertificate good;
  private static WebCertificate ofAnother;

  @TempDir private Path folder;

  @BeforeAll
  static void makeCertificates() throws Exception {
    good = WebCertificate.in(certificates.resolve("good"));
    ofAnother = WebCertificate.of("dns:another.example", certificates.resolve("another"));
  }

  private interface Use {
    void of(PeerConnection gateway) throws Exception;
  }

  /// Serves a chunk with a certificate, dials it, and holds that the node is told of each end.
  private void with(WebCertificate served, TestContext fetching, Use use) throws Exception {
    HttpTransport server = new HttpTransport();
    HttpTransport client = new HttpTransport();
    MapServer chunks = new MapServer();
    chunks.put(CID, BYTES);
    MapServer own = new MapServer();
    TestContext serving =
        TestContext.in(folder.resolve("serving"))
            .with("listenTls", "127.0.0.1:0")
            .with("certificate", served.certificate().toString())
            .with("key", served.key());
    try (serving;
        fetching;
        server;
        client) {
      server.start(serving);
      client.start(fetching);
      Transport.Listener listener = server.listen(Set.of("https"), chunks, _ -> {});
      try (PeerConnection gateway =
          client.connect(listener.endpoints().getFirst().address(), own)) {
        use.of(gateway);
      }
    }
    assertEquals(own.connected, own.disconnected);
    assertEquals(chunks.connected, chunks.disconnected);
    assertEquals(0, chunks.open.get(), "sources that were not given back");
  }

  private TestContext trusting(WebCertificate certificate) throws Exception {
    return TestContext.in(folder.resolve("fetching"))
        .with("trust", certificate.certificate().toString());
  }

  @Test
  void aChunkComesOverTls() throws Exception {
    with(
        good,
        trusting(good),
        gateway -> {
          assertTrue(gateway.remote().address().uri().startsWith("https://127.0.0.1:"));
          try (ChunkBody body = gateway.fetch(ChunkRequest.of(CID))) {
            ByteBuffer into = ByteBuffer.allocate(body.awaitSize());
            while (into.hasRemaining() && body.read(into) > 0) {
              // more
            }
            assertArrayEquals(BYTES, into.array());
          }
          assertTrue(gateway.isOpen());
        });
  }

  @Test
  void aCertificateThatIsNotTrustedIsNotUsed() throws Exception {
    with(good, TestContext.in(folder.resolve("fetching")), HttpsTest::assertGone);
    with(good, trusting(ofAnother), HttpsTest::assertGone);
  }

  @Test
  void aTrustedCertificateOfAnotherNameIsNotUsed() throws Exception {
    with(ofAnother, trusting(ofAnother), HttpsTest::assertGone);
  }

  private static void assertGone(PeerConnection gateway) throws Exception {
    try (ChunkBody body = gateway.fetch(ChunkRequest.of(CID))) {
      RefusedException refused = assertThrows(RefusedException.class, body::awaitSize);
      assertEquals(new Refusal.Gone(), refused.refusal());
    }
    // No way to the gateway, and none of its faults: it is not banned.
    assertFalse(gateway.isOpen());
    assertTrue(gateway.fault().isEmpty());
  }
}
