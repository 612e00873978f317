package io.shoal.transport.tcp;

import io.shoal.api.ChunkBody;
import io.shoal.api.ChunkRequest;
import io.shoal.api.ChunkServer;
import io.shoal.api.Cid;
import io.shoal.api.NodeIdentity;
import io.shoal.api.PeerAddress;
import io.shoal.api.PeerConnection;
import io.shoal.api.RefusedException;
import io.shoal.api.ShoalException;
import io.shoal.testkit.TestMetrics;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Transports on loopback that end with the test.
final class Nodes implements AutoCloseable {
  /// For all that is to go well, on a busy machine too.
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Map<String, NodeIdentity> IDENTITIES = new HashMap<>();

  private final List<TcpTransport> transports = new ArrayList<>();
  private final List<TestMetrics> metrics = new ArrayList<>();

  static synchronized NodeIdentity identity(String name) throws Exception {
    NodeIdentity known = IDENTITIES.get(name);
    if (known == null) {
      Path folder = Files.createTempDirectory("shoal-tcp-test");
      try (var context = io.shoal.testkit.TestContext.in(folder)) {
        known = context.identity();
      }
      Files.delete(folder);
      IDENTITIES.put(name, known);
    }
    return known;
  }

  TcpTransport start(String name, Map<String, Object> settings) throws Exception {
    Map<String, Object> all = new HashMap<>();
    all.put("listen", "127.0.0.1:0");
    all.put("connectTimeout", PATIENCE);
    all.put("handshakeTimeout", PATIENCE);
    all.putAll(settings);
    TcpTransport transport = new TcpTransport();
    transports.add(transport);
    TestMetrics own = new TestMetrics();
    transport.start(new LooseContext(identity(name), all, own));
    metrics.add(own);
    return transport;
  }

  /// A transport that listens, and where.
  record Seed(TcpTransport transport, TestServer server, PeerAddress address) {}

  Seed seed(String scheme, Map<String, Object> settings) throws Exception {
    TcpTransport transport = start("seed", settings);
    TestServer server = new TestServer();
    return new Seed(transport, server, listen(transport, scheme, server));
  }

  /// Where a transport accepts connections from now on.
  static PeerAddress listen(TcpTransport transport, String scheme, ChunkServer server)
      throws ShoalException, InterruptedException {
    return transport.listen(Set.of(scheme), server, any -> {}).endpoints().getFirst().address();
  }

  PeerConnection dial(Seed seed) throws Exception {
    return dial(seed, Map.of());
  }

  PeerConnection dial(Seed seed, Map<String, Object> settings) throws Exception {
    return start("leech", settings).connect(seed.address(), new TestServer());
  }

  static ChunkBody fetch(PeerConnection connection, Cid cid) throws ShoalException {
    return connection.fetch(new ChunkRequest(cid, Optional.empty()));
  }

  static byte[] readAll(ChunkBody body) throws RefusedException, InterruptedException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(70_000);
    try (body) {
      while (body.read(buffer.clear()) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
      }
    }
    return all.toByteArray();
  }

  /// What all transports together hold of arrived bytes.
  long bufferedBytes() {
    return metrics.stream().mapToLong(Nodes::bufferedBytes).sum();
  }

  private static long bufferedBytes(TestMetrics of) {
    return of.value("buffered_bytes").orElseThrow();
  }

  /// Waits for what must become true, with a deadline that only a failure reaches.
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never happened: " + what);
      }
      Thread.sleep(2);
    }
  }

  /// Ends all transports and checks that they gave everything back.
  @Override
  public void close() throws InterruptedException {
    transports.forEach(TcpTransport::close);
    for (TestMetrics one : metrics) {
      await("no buffer is held", () -> bufferedBytes(one) == 0);
    }
  }
}
